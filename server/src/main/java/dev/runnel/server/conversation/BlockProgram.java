package dev.runnel.server.conversation;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.ExecutionRequest;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.execution.OnDisconnect;
import dev.runnel.server.execution.ProgramSpec;
import dev.runnel.server.execution.StandardInput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes blocks of a conversation into executions in its session.
///
/// @param artifacts relative globs of files to keep after each
record BlockProgram(String conversation, Optional<String> session, List<String> artifacts) {
    /// Marks the executions of a conversation.
    static final String LABEL = "runnel.dev/conversation";

    ExecutionRequest request(String id, FoundBlock block, boolean keepInputOpen) {
        var program = new ProgramSpec(
                block.language(),
                ContentSource.inline(block.code().getBytes(StandardCharsets.UTF_8)),
                BlockFinder.file(block),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                WorkspacePath.ROOT,
                false,
                Buffering.LINE,
                false,
                List.of());
        var spec = new ExecutionSpec(
                program,
                keepInputOpen ? new StandardInput.KeptOpen() : new StandardInput.None(),
                session,
                LimitsSpec.NONE,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Extras.NONE,
                artifacts,
                Optional.empty(),
                IfSessionBusy.WAIT);
        return new ExecutionRequest(
                Optional.of(id),
                spec,
                new OnDisconnect.Cancel(Duration.ZERO),
                Map.of(LABEL, conversation),
                false,
                Optional.empty(),
                Optional.empty());
    }
}
