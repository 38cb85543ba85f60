package dev.runnel.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `runnel` itself: names the subcommands, and says how every failure is told.
@Command(
        name = "runnel",
        description = "Runs code blocks in sandboxes and streams their output.",
        mixinStandardHelpOptions = true,
        versionProvider = RunnelCommand.Version.class,
        subcommands = {
            ExecCommand.class,
            RunCommand.class,
            ChatCommand.class,
            ServeCommand.class,
            DoctorCommand.class,
            CapabilitiesCommand.class,
            PsCommand.class,
            AttachCommand.class,
            CancelCommand.class,
            ApproveCommand.class,
            HealthCommand.class,
            WarmCommand.class,
            HelpCommand.class,
        },
        footer = {"", "Start with: runnel doctor"})
final class RunnelCommand {
    /// The command with all its subcommands; its own failures exit with 121.
    static CommandLine commandLine() {
        var command = new CommandLine(new RunnelCommand());
        return command.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new Complaint())
                .setParameterExceptionHandler(new Complaint());
    }

    /// The version in the jar's manifest.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = RunnelCommand.class.getPackage().getImplementationVersion();
            return new String[] {"runnel " + (version == null ? "(not packaged)" : version)};
        }
    }
}
