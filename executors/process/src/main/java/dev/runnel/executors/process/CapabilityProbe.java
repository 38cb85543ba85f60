package dev.runnel.executors.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Finds out what this machine can do by doing it: a sandbox, and each language's version in it.
final class CapabilityProbe {
    private static final Duration VERSION_WITHIN = Duration.ofSeconds(10);
    private static final RunLimits LIMITS = new RunLimits(
            VERSION_WITHIN,
            VERSION_WITHIN,
            DataSize.ofKibibytes(16),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(1));
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
                    case Setup.Able(var maker) -> probe(maker);
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

    private ExecutorCapabilities probe(SandboxMaker maker) throws InterruptedException {
        var spec = new SandboxSpec("probe-" + Nonce.random(4), "runnel", SANDBOX, Optional.empty());
        try (var sandbox = maker.open(spec, () -> {})) {
            var languages = new LinkedHashMap<String, LanguageSupport>();
            for (var language : config.languages()) {
                languages.put(language.name(), support(sandbox, language));
            }
            return new ExecutorCapabilities(
                    Optional.empty(),
                    maker.description(),
                    languages,
                    new HostNotes(Path.of("/"), KernelVersion.running()).about(maker));
        } catch (SandboxException e) {
            return unavailable(String.valueOf(e.getMessage()));
        }
    }

    private static LanguageSupport support(Sandbox sandbox, Language language) throws InterruptedException {
        var output = new TextSink();
        var program =
                new Program(List.of(), language.version(), language.environment(), WorkspacePath.ROOT, true, LIMITS);
        try {
            var outcome = sandbox.run(program, ProgramInput.none(), output);
            if (outcome.ending() instanceof Ending.Exited && outcome.status().equals(new WaitStatus.ExitCode(0))) {
                return new LanguageSupport.Supported(output.firstLine());
            }
            return new LanguageSupport.Missing(String.join(" ", language.version()) + " ended with " + outcome.status()
                    + ": " + output.firstLine());
        } catch (SandboxException e) {
            return new LanguageSupport.Missing(language.version().getFirst()
                    + " can't be run from /usr/local/bin, /usr/bin or /bin: " + e.getMessage());
        }
    }

    private ExecutorCapabilities unavailable(String why) {
        Map<String, LanguageSupport> languages = new LinkedHashMap<>();
        for (var language : config.languages()) {
            languages.put(language.name(), new LanguageSupport.Missing(why));
        }
        return new ExecutorCapabilities(
                Optional.of(why), SandboxMaker.describe(_ -> Mechanism.NONE), languages, List.of());
    }
}
