package dev.runnel.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `runnel` itself: names the subcommands.
@Command(
        name = "runnel",
        description = "Runs code blocks in sandboxes and streams their output.",
        mixinStandardHelpOptions = true,
        versionProvider = RunnelCommand.Version.class,
        subcommands = {WarmCommand.class})
final class RunnelCommand {
    static CommandLine commandLine() {
        return new CommandLine(new RunnelCommand());
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
