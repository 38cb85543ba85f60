package dev.runnel.server.conversation;

import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.server.content.ArtifactCollector;
import dev.runnel.server.execution.ResolvedSpec;
import dev.runnel.server.execution.Result;
import dev.runnel.server.refusal.Failure;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What an event of a conversation tells. Blocks are named by their place among those of the turn, from 0.
public sealed interface Step {
    /// The conversation exists.
    record Opened(String conversation, String instance, Optional<String> session) implements Step {}

    /// Something that somebody should know.
    record Warning(String text) implements Step {}

    /// A turn begins.
    record Extracted(List<FoundBlock> blocks) implements Step {
        public Extracted {
            blocks = List.copyOf(blocks);
        }
    }

    /// A block waits for a decision.
    record ApprovalRequired(int block, String executionId, ResolvedSpec spec, Instant expires) implements Step {}

    /// The decision.
    record ApprovalDecided(int block, boolean approved, String reason, boolean expired) implements Step {}

    /// A block is run.
    record BlockStarted(int block, String executionId, ResolvedSpec spec) implements Step {}

    /// The block wrote something.
    ///
    /// @param data shared by all readers, so nobody moves its position or changes it
    record Output(Stream stream, long offset, ByteBuffer data) implements Step {}

    /// A file was taken from the workspace after the block, or was not.
    record Collected(ArtifactCollector.Artifact artifact) implements Step {}

    /// The block has ended.
    record BlockFinished(int block, Result result) implements Step {}

    /// A block was not run, or came to no outcome.
    ///
    /// @param failure with [SkipReason#FAILED]
    record BlockSkipped(int block, SkipReason reason, String message, Optional<Failure> failure) implements Step {}

    /// The turn has ended.
    ///
    /// @param text what a model is told of it
    record TurnFinished(String text, int blocksRun, boolean succeeded) implements Step {}

    /// The last event.
    record Closed(CloseReason reason) implements Step {}
}
