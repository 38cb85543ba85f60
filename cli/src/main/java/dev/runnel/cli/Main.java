package dev.runnel.cli;

/// Where the `runnel` command begins.
public final class Main {
    private static final String LOG_LEVEL = "RUNNEL_LOG_LEVEL";

    private Main() {}

    /// Runs the command and ends the JVM with its exit code.
    public static void main(String[] args) {
        quietUnlessServing(args);
        System.exit(execute(args));
    }

    private static int execute(String[] args) {
        try {
            return RunnelCommand.commandLine().execute(args);
        } catch (Error defect) {
            System.err.println("runnel: " + TerminalText.oneLine(Complaint.text(defect)));
            return ExitCode.RUNNEL_FAILED;
        }
    }

    /// Standard error is the program's and the user's: a daemon inside a command logs only what went wrong.
    private static void quietUnlessServing(String[] args) {
        var serves = args.length > 0 && args[0].equals("serve");
        if (!serves && System.getenv(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "WARN");
        }
    }
}
