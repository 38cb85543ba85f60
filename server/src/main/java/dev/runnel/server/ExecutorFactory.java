package dev.runnel.server;

import dev.runnel.executors.spi.Executor;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Makes the executors a daemon has. [Main] has the real ones, tests their own.
@FunctionalInterface
public interface ExecutorFactory {
    /// Makes them; the daemon closes them.
    ///
    /// @param runtimeDirectory shared by all daemons of this configuration, so that what a dead one left is
    ///     found
    /// @throws YamlException when the configuration does not fit the languages
    List<? extends Executor> open(Configuration configuration, Languages languages, Path runtimeDirectory)
            throws IOException, YamlException;
}
