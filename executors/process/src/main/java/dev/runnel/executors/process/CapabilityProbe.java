package dev.runnel.executors.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.runner.LanguageProbe;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Finds out what this machine can do by doing it: a cell, or else a sandbox, and each language's version
/// in it.
final class CapabilityProbe {
    /// The tenant of probes.
    private static final String PROBE = "runnel";

    private static final SandboxLimits SANDBOX =
            new SandboxLimits(DataSize.ofMebibytes(256), 64, 1000, DataSize.ofMebibytes(16));

    private final ProcessExecutorConfig config;
    private final Setup setup;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private @Nullable ExecutorCapabilities known;

    CapabilityProbe(ProcessExecutorConfig config, Setup setup) {
        this.config = config;
        this.setup = setup;
    }

    /// The first call takes as long as the interpreters' starts.
    ExecutorCapabilities capabilities() {
        lock.lock();
        try {
            if (known == null) {
                known = switch (setup) {
                    case Setup.Unable(var why) -> unavailable(why);
                    case Setup.Able able -> probe(able);
                };
            }
            return known;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return unavailable("the probe was interrupted");
        } finally {
            lock.unlock();
        }
    }

    /// What sandboxes are here.
    ///
    /// @throws SandboxException when there can be none
    SandboxDescription.Kind kind() throws SandboxException {
        if (config.cells().mode() == CellMode.OFF) {
            return SandboxDescription.Kind.PLAIN;
        }
        var capabilities = capabilities();
        if (capabilities.unavailable().isPresent()) {
            throw new SandboxException(
                    new Reason.Unsupported(), capabilities.unavailable().get());
        }
        return capabilities.sandboxes().kind();
    }

    private ExecutorCapabilities probe(Setup.Able able) throws InterruptedException {
        return switch (config.cells().mode()) {
            case OFF -> plain(able, "turned off by the configuration, so every sandbox is started cold");
            case AUTO -> {
                try {
                    yield cells(able);
                } catch (SandboxException e) {
                    yield plain(able, "none can be had, so every sandbox is started cold: " + Diagnosis.ofCells(e));
                }
            }
            case REQUIRED -> {
                try {
                    yield cells(able);
                } catch (SandboxException e) {
                    yield unavailable(
                            "cells are required by the configuration and none can be had: " + Diagnosis.ofCells(e));
                }
            }
        };
    }

    /// Everything that an execution does: a nursery, a cell in it, programs.
    private ExecutorCapabilities cells(Setup.Able able) throws SandboxException, InterruptedException {
        try (var nursery = able.nurseries().start(PROBE);
                var cell = nursery.open(spec())) {
            return capabilities(able, cell, notes(able.machine()));
        }
    }

    private ExecutorCapabilities plain(Setup.Able able, String cells) throws InterruptedException {
        try (var sandbox = able.plain().open(spec(), () -> {})) {
            return capabilities(able, sandbox, "cells: " + cells);
        } catch (SandboxException e) {
            return unavailable(String.valueOf(e.getMessage()));
        }
    }

    private ExecutorCapabilities capabilities(Setup.Able able, Sandbox sandbox, String cells)
            throws SandboxException, InterruptedException {
        var languages = new LinkedHashMap<String, LanguageSupport>();
        for (var language : config.languages()) {
            languages.put(
                    language.name(), LanguageProbe.support(sandbox, language, "/usr/local/bin, /usr/bin or /bin"));
        }
        var notes = new ArrayList<String>();
        notes.addAll(new HostNotes(Path.of("/"), KernelVersion.running()).about(able));
        notes.add(cells);
        return new ExecutorCapabilities(Optional.empty(), sandbox.description(), languages, notes);
    }

    /// In words, for an operator.
    private String notes(Machine machine) {
        var kept = config.languages().stream()
                .filter(language -> language.warm().isPresent())
                .map(Language::name)
                .toList();
        return "cells: up to " + config.cells().concurrent() + " at a time for each tenant, "
                + (machine.uids().isPresent() ? "each with a uid of its own" : "all with the daemon's uid") + "; "
                + (kept.isEmpty()
                        ? "no interpreter is kept warm"
                        : kept.size() + " kept warm: " + String.join(", ", kept));
    }

    private static SandboxSpec spec() {
        return new SandboxSpec("probe-" + Nonce.random(4), PROBE, SANDBOX, Optional.empty());
    }

    private ExecutorCapabilities unavailable(String why) {
        Map<String, LanguageSupport> languages = new LinkedHashMap<>();
        for (var language : config.languages()) {
            languages.put(language.name(), new LanguageSupport.Missing(why));
        }
        return new ExecutorCapabilities(
                Optional.of(why),
                Machine.describe(SandboxDescription.Kind.PLAIN, _ -> Mechanism.NONE),
                languages,
                List.of());
    }
}
