package dev.runnel.executors.docker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.docker.DockerExecutorConfig.PullPolicy;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.runner.LanguageProbe;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Finds out what the engine can do by doing it: a container of each language's image, and the version of its
/// interpreter. What could not be found out is asked again the next time.
final class EngineProbe {
    /// Of probes.
    static final String TENANT = "runnel";

    private static final SandboxLimits LIMITS =
            new SandboxLimits(DataSize.ofMebibytes(256), 64, 1000, DataSize.ofMebibytes(16));

    private final DockerExecutorConfig config;
    private final Engine engine;
    private final Catalog catalog;
    private final Opening opening;
    private final Trial trial;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private @Nullable ExecutorCapabilities known;

    private volatile @Nullable Traits traits;

    private volatile @Nullable Traits containers;

    /// In words, for an operator; empty where none were asked for.
    private volatile String cells = "";

    EngineProbe(DockerExecutorConfig config, Engine engine, Catalog catalog, Opening opening, Trial trial) {
        this.config = config;
        this.engine = engine;
        this.catalog = catalog;
        this.opening = opening;
        this.trial = trial;
    }

    /// Opens a container for a probe.
    @FunctionalInterface
    interface Opening {
        Sandbox open(SandboxSpec spec, Traits traits) throws SandboxException, InterruptedException;
    }

    /// Opens a cell in a nursery of its own, and closes both.
    @FunctionalInterface
    interface Trial {
        void openCell(ContainerImage image) throws SandboxException, InterruptedException;
    }

    /// What sandboxes are on this engine. Whether they are cells is found out by opening one.
    Traits traits() throws SandboxException, InterruptedException {
        var found = traits;
        if (found == null) {
            found = withCells(outside());
            traits = found;
        }
        return found;
    }

    /// What containers are on this engine.
    Traits outside() throws SandboxException {
        var found = containers;
        if (found == null) {
            found = Traits.of(config.name(), facts(), config.runtime());
            containers = found;
        }
        return found;
    }

    private Traits withCells(Traits containers) throws SandboxException, InterruptedException {
        var mode = config.cells().mode();
        if (mode == CellMode.OFF) {
            return containers;
        }
        try {
            if (!containers.mountsSockets() || !config.engine().getScheme().equals("unix")) {
                throw new SandboxException(
                        new Reason.Unsupported(),
                        "they need a kernel and a socket that containers share with the host");
            }
            var image = catalog.any();
            trial.openCell(engine.image(image)
                    .orElseThrow(
                            () -> new SandboxException(new Reason.Unsupported(), "the engine has no image " + image)));
            cells = "cells: up to " + config.cells().concurrent() + " at a time for each tenant and image";
            return containers.ofCells();
        } catch (SandboxException e) {
            if (mode == CellMode.REQUIRED) {
                throw new SandboxException(
                        new Reason.Unsupported(),
                        "cells are required by the configuration and none can be had: " + e.getMessage(),
                        e);
            }
            cells = "cells: none can be had, so every execution has a container of its own: " + e.getMessage();
            return containers;
        }
    }

    /// @throws SandboxException also when the engine lacks the runtime that is configured
    Engine.Facts facts() throws SandboxException {
        var facts = engine.facts();
        var runtime = config.runtime();
        if (runtime.isPresent() && !facts.runtimes().contains(runtime.get())) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "the engine at " + config.engine() + " has no runtime " + runtime.get() + ", only "
                            + String.join(", ", facts.runtimes()));
        }
        return facts;
    }

    /// What was found out holds no longer.
    void forget() {
        lock.lock();
        try {
            known = null;
            traits = null;
            containers = null;
        } finally {
            lock.unlock();
        }
    }

    /// What can be done while there is no engine.
    ExecutorCapabilities unavailable(String why) {
        return new ExecutorCapabilities(
                Optional.of(why), Traits.unknown(config.name()).describe(Optional.empty()), missing(why), List.of());
    }

    private Map<String, LanguageSupport> missing(String why) {
        var languages = new LinkedHashMap<String, LanguageSupport>();
        config.languages().forEach(language -> languages.put(language.name(), new LanguageSupport.Missing(why)));
        return languages;
    }

    ExecutorCapabilities capabilities() {
        lock.lock();
        try {
            if (known != null) {
                return known;
            }
            var found = Traits.unknown(config.name());
            Optional<String> unavailable = Optional.empty();
            Map<String, LanguageSupport> languages = new LinkedHashMap<>();
            var notes = new ArrayList<String>();
            try {
                var facts = facts();
                found = traits();
                notes.add("engine " + facts.version() + " at " + config.engine() + ", runtime "
                        + config.runtime().orElse(facts.defaultRuntime()));
                Optional.of(cells).filter(text -> !text.isEmpty()).ifPresent(notes::add);
                notes.addAll(missingImages());
                for (var language : config.languages()) {
                    languages.put(language.name(), support(language, found));
                }
            } catch (SandboxException e) {
                unavailable = Optional.of(String.valueOf(e.getMessage()));
                languages = missing(unavailable.get());
            }
            var capabilities = new ExecutorCapabilities(
                    unavailable,
                    found.describe(Optional.empty()),
                    languages,
                    catalog.all(),
                    config.extras().names(),
                    notes);
            if (unavailable.isEmpty()) {
                known = capabilities;
            }
            return capabilities;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new ExecutorCapabilities(
                    Optional.of("the probe was interrupted"),
                    Traits.unknown(config.name()).describe(Optional.empty()),
                    Map.of(),
                    List.of());
        } finally {
            lock.unlock();
        }
    }

    /// In words, for an operator: what the engine lacks of the images that are configured.
    private List<String> missingImages() throws SandboxException {
        var missing = new ArrayList<String>();
        for (var reference : catalog.all()) {
            if (engine.image(reference).isEmpty()) {
                missing.add(
                        config.images().pull() == PullPolicy.NEVER
                                ? "the engine has no image " + reference + ": docker pull " + reference
                                : "the engine has no image " + reference + " yet: it is pulled when somebody needs it");
            }
        }
        return missing;
    }

    private LanguageSupport support(Language language, Traits found) throws SandboxException, InterruptedException {
        var image = catalog.ofLanguage(language.name()).or(() -> config.images().byDefault());
        if (image.isEmpty()) {
            return new LanguageSupport.Missing(
                    "no image is configured for it: executors.docker.images.by_language." + language.name());
        }
        if (config.images().pull() != PullPolicy.NEVER
                && engine.image(image.get()).isEmpty()) {
            // What is in it is known when it is pulled.
            return new LanguageSupport.Supported("");
        }
        try (var sandbox = opening.open(spec(image), found)) {
            return LanguageProbe.support(sandbox, language, "image " + image.get());
        } catch (SandboxException e) {
            if (e.reason() instanceof Reason.Unsupported) {
                return new LanguageSupport.Missing(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    static SandboxSpec spec(Optional<String> image) {
        return new SandboxSpec("probe-" + Nonce.random(4), TENANT, LIMITS, image);
    }
}
