package dev.runnel.cli;

import dev.runnel.client.RunnelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;

/// Tells a failure of Runnel's on standard error, without a stack trace unless RUNNEL_DEBUG is set, and
/// exits with 121.
final class Complaint implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        return failure instanceof CommandLine.ParameterException usage
                ? handleParseException(usage, parsed.originalArgs().toArray(String[]::new))
                : tell(failure, command);
    }

    @Override
    public int handleParseException(CommandLine.ParameterException failure, String[] arguments) {
        var command = failure.getCommandLine();
        var name = command.getCommandSpec().qualifiedName();
        print(command.getErr(), failure.getMessage() + "\nsee: " + name + " --help");
        return ExitCode.RUNNEL_FAILED;
    }

    private static int tell(Exception failure, CommandLine command) {
        if (failure instanceof InterruptedException) {
            return ExitCode.CANCELLED;
        }
        if (System.getenv("RUNNEL_DEBUG") != null) {
            failure.printStackTrace(command.getErr());
        }
        print(command.getErr(), text(failure));
        return ExitCode.RUNNEL_FAILED;
    }

    /// One or more lines; what comes from elsewhere is made safe for a terminal when it is printed.
    static String text(Throwable failure) {
        return switch (failure) {
            case RunnelException refusal -> Words.ofRefusal(refusal);
            case UsageException usage -> String.valueOf(usage.getMessage());
            case NoSuchFileException missing -> "no such file: " + missing.getMessage();
            case FileNotFoundException missing -> "no such file: " + missing.getMessage();
            case AccessDeniedException denied -> "permission denied: " + denied.getMessage();
            case IOException io -> String.valueOf(io.getMessage());
            case UncheckedIOException output -> "the output could not be written: " + output.getCause();
            default -> "a defect of this command: " + failure + "\nset RUNNEL_DEBUG=1 to see where";
        };
    }

    private static void print(PrintWriter err, String text) {
        text.lines().forEach(line -> err.println("runnel: " + TerminalText.oneLine(line)));
        err.flush();
    }
}
