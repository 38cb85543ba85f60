package dev.runnel.server.execution;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.content.Digest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A spec as the daemon understood it: what will run, where, and what holds it. Safe to show: no secret is in
/// it.
///
/// @param specDigest over everything that decides the run
/// @param language its own name, not an alias
/// @param limits every limit that holds
/// @param profile the one that gave the limits left out
public record ResolvedSpec(
        Digest specDigest,
        String language,
        String languageVersion,
        WorkspacePath file,
        String executor,
        Isolation isolation,
        SandboxDescription.Kind sandboxKind,
        Optional<String> imageDigest,
        List<EnforcedLimit> limits,
        String profile,
        OutputLimitAction onOutputLimit,
        Optional<String> session,
        Buffering buffering,
        Duration maxQueueTime) {
    public ResolvedSpec {
        limits = List.copyOf(limits);
    }
}
