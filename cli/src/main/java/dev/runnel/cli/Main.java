package dev.runnel.cli;

/// Where the `runnel` command begins.
public final class Main {
    private Main() {}

    /// Runs the command and ends the JVM with its exit code.
    public static void main(String[] args) {
        System.exit(RunnelCommand.commandLine().execute(args));
    }
}
