package dev.runnel.server.config;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.time.Duration;

/// How long and how much is kept.
///
/// @param endedExecutions how long an execution's record and events outlive its end; when they take more
///     than a quarter of the heap the oldest go earlier
/// @param eventBytes how much of its newest events an execution keeps that is cancelled on disconnect
/// @param detachedOutput the greatest output limit of a detached execution, all of whose events are kept
/// @param detachedExecutions of one tenant at one time, of those that have not ended
/// @param spool disk for the events of all executions together
/// @param content how long uploaded content and artifacts are kept after their last use
/// @param contentBytes of one tenant together
/// @param artifactBytes the greatest artifact
public record RetentionSettings(
        @Default("10m") Duration endedExecutions,
        @Default("4MiB") DataSize eventBytes,
        @Default("64MiB") DataSize detachedOutput,
        @Default("16") int detachedExecutions,
        @Default("2GiB") DataSize spool,
        @Default("1h") Duration content,
        @Default("2GiB") DataSize contentBytes,
        @Default("256MiB") DataSize artifactBytes) {
    public RetentionSettings {
        Rules.positive("ended_executions", endedExecutions);
        Rules.positive("event_bytes", eventBytes);
        Rules.positive("detached_output", detachedOutput);
        Rules.positive("detached_executions", detachedExecutions);
        Rules.positive("spool", spool);
        Rules.positive("content", content);
        Rules.positive("content_bytes", contentBytes);
        Rules.positive("artifact_bytes", artifactBytes);
        InvalidKeyException.unless(
                detachedOutput.compareTo(spool) <= 0, "detached_output", "is greater than the whole spool");
        InvalidKeyException.unless(
                artifactBytes.compareTo(contentBytes) <= 0, "artifact_bytes", "is greater than content_bytes");
    }
}
