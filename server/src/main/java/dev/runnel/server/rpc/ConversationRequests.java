package dev.runnel.server.rpc;

import dev.runnel.markdown.Dialect;
import dev.runnel.server.conversation.ConversationSpec;
import dev.runnel.server.conversation.ConversationSpec.Approval;
import dev.runnel.server.conversation.ConversationSpec.Selection;
import dev.runnel.server.conversation.ConversationSpec.Workspace;
import dev.runnel.server.conversation.Input;
import dev.runnel.server.conversation.Input.Action;
import dev.runnel.server.conversation.text.TextStyle;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.ConversationInput;
import java.time.Duration;

/// What clients say to conversations, into the daemon's records.
final class ConversationRequests {
    private static final Duration APPROVAL_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration ABSENCE_TIMEOUT = Duration.ofMinutes(5);
    private static final int TEXT_BYTES = 16_384;
    private static final String ASSISTANT = "assistant";

    private ConversationRequests() {}

    static ConversationSpec spec(dev.runnel.v1.ConversationSpec spec) throws RefusedException {
        return new ConversationSpec(
                workspace(spec),
                dialect(spec),
                selection(spec),
                spec.getLanguagesList(),
                FromProto.text(spec.getDefaultLanguage()),
                FromProto.text(spec.getRole()).orElse(ASSISTANT),
                switch (spec.getApproval()) {
                    case APPROVAL_MODE_UNSPECIFIED, APPROVAL_MODE_NONE -> Approval.NONE;
                    case APPROVAL_MODE_PERSON -> Approval.PERSON;
                    case UNRECOGNIZED -> throw unchecked("approval");
                },
                spec.hasApprovalTimeout() ? FromProto.duration(spec.getApprovalTimeout()) : APPROVAL_TIMEOUT,
                switch (spec.getTextStyle()) {
                    case TEXT_STYLE_UNSPECIFIED, TEXT_STYLE_RUNNEL -> TextStyle.RUNNEL;
                    case TEXT_STYLE_AUTOGEN -> TextStyle.AUTOGEN;
                    case TEXT_STYLE_AG2 -> TextStyle.AG2;
                    case UNRECOGNIZED -> throw unchecked("text_style");
                },
                spec.getMaxTextBytes() == 0 ? TEXT_BYTES : spec.getMaxTextBytes(),
                spec.getExecutionOff(),
                spec.getArtifactsList(),
                spec.hasAbsenceTimeout() ? FromProto.duration(spec.getAbsenceTimeout()) : ABSENCE_TIMEOUT,
                spec.getMaxTurns(),
                FromProto.text(spec.getTerminationText()));
    }

    private static Workspace workspace(dev.runnel.v1.ConversationSpec spec) {
        return switch (spec.getWorkspaceCase()) {
            case SESSION_ID -> new Workspace.Existing(spec.getSessionId());
            case NEW_SESSION, WORKSPACE_NOT_SET -> new Workspace.Own(SessionRpc.spec(spec.getNewSession()));
        };
    }

    private static Dialect dialect(dev.runnel.v1.ConversationSpec spec) {
        return switch (spec.getDialect()) {
            case MARKDOWN_DIALECT_UNSPECIFIED, MARKDOWN_DIALECT_COMMONMARK -> Dialect.COMMONMARK;
            case MARKDOWN_DIALECT_AUTOGEN ->
                spec.getLanguagesList().isEmpty() ? Dialect.AUTOGEN : new Dialect.Autogen(spec.getLanguagesList());
            case MARKDOWN_DIALECT_AG2 -> Dialect.AG2;
            case UNRECOGNIZED -> throw unchecked("dialect");
        };
    }

    private static Selection selection(dev.runnel.v1.ConversationSpec spec) throws RefusedException {
        var count = spec.getLastMessages();
        var counts = spec.getSelection() == dev.runnel.v1.BlockSelection.BLOCK_SELECTION_LAST_MESSAGES;
        if (counts != count > 0) {
            throw RefusedException.fieldInvalid(
                    "spec.last_messages",
                    counts ? "must say how many messages" : "is only meaningful with BLOCK_SELECTION_LAST_MESSAGES");
        }
        return switch (spec.getSelection()) {
            case BLOCK_SELECTION_UNSPECIFIED, BLOCK_SELECTION_ALL -> new Selection.All();
            case BLOCK_SELECTION_LAST -> new Selection.Last();
            case BLOCK_SELECTION_LAST_MESSAGES -> new Selection.LastMessages(count);
            case BLOCK_SELECTION_NEWEST_WITH_BLOCKS -> new Selection.NewestWithBlocks();
            case UNRECOGNIZED -> throw unchecked("selection");
        };
    }

    static Input input(ConversationInput input) {
        return new Input(
                input.getClientSequence(),
                switch (input.getActionCase()) {
                    case MESSAGE -> {
                        var message = input.getMessage();
                        yield new Action.Message(message.getRole(), message.getMarkdown(), message.getKeepInputOpen());
                    }
                    case RUN_BLOCKS ->
                        new Action.RunBlocks(
                                input.getRunBlocks().getBlocksList().stream()
                                        .map(block -> new Input.Source(block.getLanguage(), block.getCode()))
                                        .toList(),
                                input.getRunBlocks().getKeepInputOpen());
                    case DECISION -> {
                        var decision = input.getDecision();
                        yield new Action.Decision(
                                decision.getExecutionId(),
                                decision.getSpecDigest(),
                                decision.getApproved(),
                                decision.getReason());
                    }
                    case STDIN_DATA ->
                        new Action.Stdin(
                                input.getStdinData().getData().asReadOnlyByteBuffer(),
                                input.getStdinData().getEof());
                    case INTERRUPT -> new Action.Interrupt();
                    case CLOSE -> new Action.Close();
                    case ACTION_NOT_SET -> throw unchecked("action");
                });
    }

    /// What [Validation] lets nobody send.
    private static IllegalStateException unchecked(String field) {
        return new IllegalStateException(field + " was not checked at the edge");
    }
}
