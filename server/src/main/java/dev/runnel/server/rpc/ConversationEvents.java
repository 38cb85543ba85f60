package dev.runnel.server.rpc;

import dev.runnel.server.content.ArtifactCollector.Artifact;
import dev.runnel.server.conversation.ConversationEvent;
import dev.runnel.server.conversation.EndedTurn;
import dev.runnel.server.conversation.FoundBlock;
import dev.runnel.server.conversation.Input;
import dev.runnel.server.conversation.Step;
import dev.runnel.server.execution.Kind;
import dev.runnel.v1.BlockSkipReason;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.CloseReason;
import dev.runnel.v1.ExtractedBlock;
import dev.runnel.v1.Heartbeat;
import dev.runnel.v1.Turn;
import java.time.Instant;

/// What happens in conversations, into messages.
final class ConversationEvents {
    private ConversationEvents() {}

    static dev.runnel.v1.ConversationEvent heartbeat(Instant now) {
        return dev.runnel.v1.ConversationEvent.newBuilder()
                .setTime(ToProto.timestamp(now))
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build();
    }

    static dev.runnel.v1.ConversationEvent event(ConversationEvent event) {
        var message = dev.runnel.v1.ConversationEvent.newBuilder()
                .setSequence(event.sequence())
                .setTime(ToProto.timestamp(event.time()))
                .setTurn(event.turn());
        switch (event.step()) {
            case Step.Opened opened -> message.setOpened(opened(opened));
            case Step.Warning(var text) ->
                message.setWarning(
                        dev.runnel.v1.ConversationEvent.Warning.newBuilder().setText(text));
            case Step.Extracted(var blocks) -> {
                var extracted = dev.runnel.v1.ConversationEvent.BlocksExtracted.newBuilder();
                blocks.forEach(block -> extracted.addBlocks(block(block)));
                message.setBlocksExtracted(extracted);
            }
            case Step.ApprovalRequired asked ->
                message.setApprovalRequired(dev.runnel.v1.ConversationEvent.ApprovalRequired.newBuilder()
                        .setBlock(asked.block())
                        .setExecutionId(asked.executionId())
                        .setResolvedSpec(ToProto.resolved(asked.spec()))
                        .setExpireTime(ToProto.timestamp(asked.expires())));
            case Step.ApprovalDecided decided ->
                message.setApprovalDecided(dev.runnel.v1.ConversationEvent.ApprovalDecided.newBuilder()
                        .setBlock(decided.block())
                        .setApproved(decided.approved())
                        .setReason(decided.reason())
                        .setExpired(decided.expired()));
            case Step.BlockStarted started ->
                message.setBlockStarted(dev.runnel.v1.ConversationEvent.BlockStarted.newBuilder()
                        .setBlock(started.block())
                        .setExecutionId(started.executionId())
                        .setResolvedSpec(ToProto.resolved(started.spec())));
            case Step.Output(var stream, var offset, var data) ->
                message.setOutput(ToProto.output(new Kind.Output(stream, offset, data)));
            case Step.Collected(Artifact.Kept kept) -> message.setArtifact(ToProto.artifact(kept));
            case Step.Collected(Artifact.Skipped skipped) -> message.setArtifactSkipped(ToProto.skipped(skipped));
            case Step.BlockFinished(var block, var result) ->
                message.setBlockFinished(dev.runnel.v1.ConversationEvent.BlockFinished.newBuilder()
                        .setBlock(block)
                        .setFinished(Outcomes.finished(result)));
            case Step.BlockSkipped skipped -> message.setBlockSkipped(skipped(skipped));
            case Step.TurnFinished finished ->
                message.setTurnFinished(dev.runnel.v1.ConversationEvent.TurnFinished.newBuilder()
                        .setText(finished.text())
                        .setBlocksRun(finished.blocksRun())
                        .setSucceeded(finished.succeeded()));
            case Step.Closed(var reason) ->
                message.setClosed(
                        dev.runnel.v1.ConversationEvent.Closed.newBuilder().setReason(reason(reason)));
        }
        return message.build();
    }

    /// A turn that has ended.
    static Turn turn(EndedTurn turn) {
        var message = Turn.newBuilder()
                .setTurn(turn.number())
                .setText(turn.text())
                .setBlocksRun(turn.blocksRun())
                .setSucceeded(turn.succeeded())
                .addAllExecutionIds(turn.executions());
        if (turn.said() instanceof Input.Action.Message said) {
            message.setMessage(ChatMessage.newBuilder()
                    .setRole(said.role())
                    .setMarkdown(said.markdown())
                    .setKeepInputOpen(said.keepInputOpen()));
        }
        return message.build();
    }

    static CloseReason reason(dev.runnel.server.conversation.CloseReason reason) {
        return switch (reason) {
            case CLIENT -> CloseReason.CLOSE_REASON_CLIENT;
            case ABSENCE -> CloseReason.CLOSE_REASON_ABSENCE;
            case MAX_TURNS -> CloseReason.CLOSE_REASON_MAX_TURNS;
            case TERMINATION_TEXT -> CloseReason.CLOSE_REASON_TERMINATION_TEXT;
            case SESSION_LOST -> CloseReason.CLOSE_REASON_SESSION_LOST;
            case SHUTDOWN -> CloseReason.CLOSE_REASON_SHUTDOWN;
        };
    }

    private static dev.runnel.v1.ConversationEvent.Opened opened(Step.Opened opened) {
        var message = dev.runnel.v1.ConversationEvent.Opened.newBuilder()
                .setConversationId(opened.conversation())
                .setInstanceId(opened.instance());
        opened.session().ifPresent(message::setSessionId);
        return message.build();
    }

    private static dev.runnel.v1.ConversationEvent.BlockSkipped skipped(Step.BlockSkipped skipped) {
        var message = dev.runnel.v1.ConversationEvent.BlockSkipped.newBuilder()
                .setBlock(skipped.block())
                .setReason(reason(skipped.reason()))
                .setMessage(skipped.message());
        skipped.failure().map(Statuses::of).ifPresent(message::setStatus);
        return message.build();
    }

    private static ExtractedBlock block(FoundBlock block) {
        var message = ExtractedBlock.newBuilder()
                .setMessage(block.message())
                .setLanguage(block.language())
                .setCode(block.code());
        block.where()
                .ifPresent(where -> message.setStartByte(where.start())
                        .setEndByte(where.end())
                        .setFirstLine(where.firstLine())
                        .setLastLine(where.lastLine()));
        block.fileName().ifPresent(message::setFileName);
        block.skipped().ifPresent(skipped -> message.setSkipReason(reason(skipped)));
        return message.build();
    }

    private static BlockSkipReason reason(dev.runnel.server.conversation.SkipReason reason) {
        return switch (reason) {
            case NOT_SELECTED -> BlockSkipReason.BLOCK_SKIP_REASON_NOT_SELECTED;
            case NO_LANGUAGE -> BlockSkipReason.BLOCK_SKIP_REASON_NO_LANGUAGE;
            case UNKNOWN_LANGUAGE -> BlockSkipReason.BLOCK_SKIP_REASON_UNKNOWN_LANGUAGE;
            case UNCLOSED -> BlockSkipReason.BLOCK_SKIP_REASON_UNCLOSED;
            case ROLE -> BlockSkipReason.BLOCK_SKIP_REASON_ROLE;
            case EXECUTION_OFF -> BlockSkipReason.BLOCK_SKIP_REASON_EXECUTION_OFF;
            case FILE_NAME -> BlockSkipReason.BLOCK_SKIP_REASON_FILE_NAME;
            case EARLIER_BLOCK -> BlockSkipReason.BLOCK_SKIP_REASON_EARLIER_BLOCK;
            case DENIED -> BlockSkipReason.BLOCK_SKIP_REASON_DENIED;
            case INTERRUPTED -> BlockSkipReason.BLOCK_SKIP_REASON_INTERRUPTED;
            case FAILED -> BlockSkipReason.BLOCK_SKIP_REASON_FAILED;
        };
    }
}
