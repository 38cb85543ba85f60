package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import java.time.Duration;
import java.util.List;

/// Asks an interpreter in a sandbox for its version.
public final class LanguageProbe {
    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final RunLimits LIMITS = new RunLimits(
            WITHIN, WITHIN, DataSize.ofKibibytes(16), RunLimits.OutputLimitAction.KILL, DataSize.ofMebibytes(1));

    private LanguageProbe() {}

    /// Whether the language can be run there.
    ///
    /// @param place where its interpreter is looked for, in words
    /// @throws SandboxException when it is the sandbox that failed, not the command
    public static LanguageSupport support(Sandbox sandbox, Language language, String place)
            throws SandboxException, InterruptedException {
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
            if (!(e.reason() instanceof Reason.Unsupported)) {
                throw e;
            }
            return new LanguageSupport.Missing(
                    language.version().getFirst() + " can't be run from " + place + ": " + e.getMessage());
        }
    }
}
