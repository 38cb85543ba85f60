package dev.runnel.cli;

import com.google.protobuf.ByteString;
import dev.runnel.client.ConversationStream;
import dev.runnel.client.ConversationStream.Step;
import dev.runnel.client.RunnelException;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationEvent.BlockSkipped;
import dev.runnel.v1.ConversationEvent.TurnFinished;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExtractedBlock;
import dev.runnel.v1.Stream;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// One message of a conversation, and what becomes of its blocks, for a person. Used by one thread, but for
/// [#interrupt()].
final class Chat {
    private static final String ROLE = "assistant";

    private final ConversationStream stream;
    private final Screen screen;
    private final PersonAudience audience;
    private final ChatApproval approval;
    private final boolean showText;
    private volatile boolean interrupted;
    private List<ExtractedBlock> blocks = List.of();

    /// How many blocks have been told of.
    private int told;

    /// The code of the first block that did not succeed; 0 as long as there is none.
    private int exitCode;

    /// @param person is asked before each block that waits for a decision; absent: each is denied
    /// @param showText whether to tell what a model is told
    Chat(
            ConversationStream stream,
            Screen screen,
            Optional<ApprovalDesk.Person> person,
            InstantSource clock,
            boolean showText) {
        this.stream = stream;
        this.screen = screen;
        this.audience = new PersonAudience(screen, true);
        this.approval = new ChatApproval(stream, screen, person, clock);
        this.showText = showText;
    }

    /// Ends what runs and skips the rest.
    void interrupt() {
        interrupted = true;
        stream.interrupt();
    }

    /// Says a message, waits for the end of the conversation and returns the exit code.
    int say(String markdown) throws InterruptedException {
        try {
            var message = stream.say(
                    ChatMessage.newBuilder().setRole(ROLE).setMarkdown(markdown).build());
            return follow(message);
        } catch (RunnelException refusal) {
            audience.refused(refusal);
            return ExitCode.RUNNEL_FAILED;
        }
    }

    private int follow(long message) throws InterruptedException {
        var code = OptionalInt.empty();
        for (var step = stream.next(); step.isPresent(); step = stream.next()) {
            switch (step.get()) {
                case Step.Event(var event) -> {
                    tell(event);
                    if (event.hasTurnFinished()) {
                        code = OptionalInt.of(end(event.getTurnFinished()));
                        stream.finish();
                    } else if (event.hasClosed() && code.isEmpty()) {
                        audience.note("the conversation was closed before its turn had ended: "
                                + Words.of(event.getClosed().getReason()));
                    }
                }
                case Step.Rejected(var number, var why) -> {
                    if (number == message) {
                        throw why;
                    }
                    audience.note(Words.ofRefusal(why));
                }
            }
        }
        return code.orElse(ExitCode.RUNNEL_FAILED);
    }

    private void tell(ConversationEvent event) {
        switch (event.getKindCase()) {
            case WARNING -> audience.note(event.getWarning().getText());
            case BLOCKS_EXTRACTED -> blocks = event.getBlocksExtracted().getBlocksList();
            case APPROVAL_REQUIRED -> {
                leaveOut(event.getApprovalRequired().getBlock());
                approval.ask(
                        event.getApprovalRequired(),
                        blocks.get(event.getApprovalRequired().getBlock()).getCode());
            }
            case APPROVAL_DECIDED -> approval.decided(event.getApprovalDecided());
            case BLOCK_STARTED -> {
                var block = event.getBlockStarted().getBlock();
                leaveOut(block);
                heading(block, blocks.get(block).getLanguage());
            }
            case OUTPUT ->
                screen.guest(event.getOutput().getStream(), event.getOutput().getData());
            case ARTIFACT_SKIPPED ->
                audience.event(ExecutionEvent.newBuilder()
                        .setArtifactSkipped(event.getArtifactSkipped())
                        .build());
            case BLOCK_FINISHED -> {
                var last = ExecutionEvent.newBuilder()
                        .setFinished(event.getBlockFinished().getFinished())
                        .build();
                audience.ended("", last);
                failed(ExitCode.of(last));
            }
            case BLOCK_SKIPPED -> skipped(event.getBlockSkipped());
            default -> {
                // Nothing a person needs to see.
            }
        }
    }

    private void skipped(BlockSkipped skipped) {
        var block = skipped.getBlock();
        screen.endGuest(true);
        switch (skipped.getReason()) {
            case BLOCK_SKIP_REASON_EARLIER_BLOCK -> {
                leaveOut(block);
                heading(block, blocks.get(block).getLanguage() + ", skipped");
            }
            case BLOCK_SKIP_REASON_INTERRUPTED -> {
                failed(ExitCode.CANCELLED);
                leaveOut(block);
                heading(block, blocks.get(block).getLanguage() + ", skipped");
            }
            default -> {
                failed(interrupted ? ExitCode.CANCELLED : ExitCode.RUNNEL_FAILED);
                leaveOut(block);
                heading(block, "not run: " + why(skipped));
            }
        }
    }

    private static String why(BlockSkipped skipped) {
        var reason = Words.of(skipped.getReason());
        return skipped.getMessage().isEmpty() ? reason : reason + ": " + skipped.getMessage();
    }

    private int end(TurnFinished turn) {
        leaveOut(blocks.size());
        if (blocks.isEmpty()) {
            audience.note("the message has no block that could be run");
        }
        if (showText) {
            screen.line("--- for the model");
            screen.guest(Stream.STREAM_STDOUT, ByteString.copyFromUtf8(turn.getText()));
            screen.endGuest(true);
        }
        if (turn.getSucceeded()) {
            return 0;
        }
        return exitCode == 0 ? ExitCode.RUNNEL_FAILED : exitCode;
    }

    private void failed(int code) {
        if (exitCode == 0) {
            exitCode = code;
        }
    }

    /// Tells of the blocks before this one that no event tells of.
    private void leaveOut(int until) {
        for (var block = told; block < until; block++) {
            heading(block, "not run: " + Words.of(blocks.get(block).getSkipReason()));
        }
    }

    private void heading(int index, String what) {
        told = Math.max(told, index + 1);
        var block = blocks.get(index);
        var name = block.getFileName().isEmpty() ? "" : " " + block.getFileName();
        screen.line(TerminalText.oneLine("--- block %d of %d, line %d: %s%s"
                .formatted(index + 1, blocks.size(), block.getFirstLine(), what, name)));
    }
}
