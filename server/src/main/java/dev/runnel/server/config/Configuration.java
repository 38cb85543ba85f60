package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import dev.runnel.server.yaml.YamlException;
import dev.runnel.server.yaml.YamlRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Everything an operator can decide. Holds no secret: tokens stand in files of their own.
///
/// @param runtimeDirectory where sockets, content and spooled events lie; absent: [RuntimeDirectory] chooses
/// @param languagesDirectory one folder per language with its language.yaml; absent: the distribution's
/// @param languages by name: what the operator decides for languages of that directory
/// @param shutdownGrace how long running executions may go on when the daemon is told to stop
public record Configuration(
        ListenerSettings listeners,
        Optional<Path> runtimeDirectory,
        Optional<Path> languagesDirectory,
        @Default("{}") Map<String, LanguageSettings> languages,
        ExecutorSettings executors,
        LimitSettings limits,
        ConcurrencySettings concurrency,
        SessionSettings sessions,
        RetentionSettings retention,
        @Default("10s") Duration shutdownGrace) {
    public Configuration {
        languages = Map.copyOf(languages);
        if (runtimeDirectory.isPresent()) {
            Rules.absolute("runtime_directory", runtimeDirectory.get());
        }
        if (languagesDirectory.isPresent()) {
            Rules.absolute("languages_directory", languagesDirectory.get());
        }
        InvalidKeyException.unless(
                executors.maxSandboxes() == 0 || sessions.maxSessions() <= executors.maxSandboxes(),
                "sessions.max_sessions",
                "is " + sessions.maxSessions() + ", but there are at most " + executors.maxSandboxes()
                        + " sandboxes (max_sandboxes of the executors that are enabled)");
    }

    /// What holds without a file.
    public static Configuration defaults() {
        try {
            return YamlRecords.parse("the defaults", "{}", Configuration.class);
        } catch (YamlException e) {
            throw new AssertionError("the defaults break their own rules", e);
        }
    }

    /// Reads the operator's file.
    ///
    /// @throws YamlException naming the key, the line, and what was expected; the daemon must not start
    public static Configuration load(Path file) throws YamlException {
        return YamlRecords.load(file, Configuration.class);
    }
}
