package dev.runnel.server.conversation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.server.approval.Question;
import dev.runnel.server.approval.Verdict;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.Digest;
import dev.runnel.server.conversation.text.BlockEnd;
import dev.runnel.server.conversation.text.BlockText;
import dev.runnel.server.conversation.text.OutputExcerpt;
import dev.runnel.server.conversation.text.TurnText;
import dev.runnel.server.execution.CancelMode;
import dev.runnel.server.execution.ExecutionRequest;
import dev.runnel.server.execution.Kind;
import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One turn: its blocks, one after the other, until one does not exit with 0. Run by one thread, interrupted by any.
final class Turn {
    private static final Duration INTERRUPT_GRACE = Duration.ofSeconds(2);
    /// Of all output in the text of a turn, which is told in one event.
    private static final int MAX_TEXT_BYTES = 1 << 19;

    private static final Duration PATIENCE = Duration.ofDays(1);

    private final int number;
    private final Tenant tenant;
    private final ConversationSpec spec;
    private final BlockProgram programs;
    private final Conversations.Means means;
    private final ConversationLog log;
    private final BlockInput input;
    private final List<BlockText> texts = new ArrayList<>();
    private final List<String> executions = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private boolean interrupted;

    /// Who waits for a decision.
    @GuardedBy("lock") private @Nullable Thread asking;

    @GuardedBy("lock") private @Nullable String running;

    /// Of one block's output in the text for a model.
    private int textBytes;

    private int run;
    private boolean succeeded = true;

    /// @param input for programs whose standard input is open
    Turn(
            int number,
            Tenant tenant,
            ConversationSpec spec,
            BlockProgram programs,
            Conversations.Means means,
            ConversationLog log,
            BlockInput input) {
        this.number = number;
        this.tenant = tenant;
        this.spec = spec;
        this.programs = programs;
        this.means = means;
        this.log = log;
        this.input = input;
    }

    /// What became of it.
    record Result(String text, int blocksRun, boolean succeeded, List<String> executions, boolean sessionLost) {}

    /// Ends what runs or waits for a decision, and skips the rest. Does not wait.
    void interrupt() {
        @Nullable String execution;
        lock.lock();
        try {
            interrupted = true;
            execution = running;
            if (asking != null) {
                asking.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (execution != null) {
            Thread.ofVirtual().name("interrupt-" + execution).start(() -> cancel(execution));
        }
    }

    private void cancel(String execution) {
        try {
            means.executions().cancel(tenant, execution, new CancelMode.Interrupt(INTERRUPT_GRACE));
        } catch (RefusedException _) {
            // It has ended and is forgotten.
        } catch (InterruptedException _) {
            // Nobody waits for it.
        }
    }

    /// Runs the blocks.
    ///
    /// @throws InterruptedException when the conversation ends; nothing of it runs any more
    Result run(List<FoundBlock> blocks, boolean keepInputOpen) throws InterruptedException {
        log.output(number, new Step.Extracted(blocks)); // so that turns without output are held back as well
        textBytes = Math.min(spec.maxTextBytes(), MAX_TEXT_BYTES / Math.max(1, blocks.size()));
        var lost = false;
        Optional<SkipReason> rest = Optional.empty();
        for (var i = 0; i < blocks.size(); i++) {
            var block = blocks.get(i);
            var reason = rest.or(block::skipped);
            if (reason.isEmpty()) {
                lost |= runOne(i, block, keepInputOpen);
            } else if (rest.isPresent() && block.skipped().isEmpty()) {
                skip(i, reason.get(), "a block before it did not succeed", Optional.empty());
            } else if (rest.isEmpty()) {
                refuse(i, block, reason.get());
            }
            if (rest.isEmpty() && !succeeded) {
                rest = Optional.of(isInterrupted() ? SkipReason.INTERRUPTED : SkipReason.EARLIER_BLOCK);
            }
        }
        var text = TurnText.of(spec.style(), texts);
        log.append(number, new Step.TurnFinished(text, run, succeeded));
        return new Result(text, run, succeeded, List.copyOf(executions), lost);
    }

    /// Tells of a block that was to run but can't: it ends the turn as a failed one would. Others are just left out.
    private void refuse(int index, FoundBlock block, SkipReason reason) {
        switch (reason) {
            case UNKNOWN_LANGUAGE ->
                fail(index, block, reason, new BlockEnd.UnknownLanguage(block.language()), "unknown language");
            case FILE_NAME ->
                fail(index, block, reason, new BlockEnd.FileOutside(), "its file is not in the workspace");
            default -> {}
        }
    }

    private void fail(int index, FoundBlock block, SkipReason reason, BlockEnd end, String message) {
        succeeded = false;
        texts.add(new BlockText(block.language(), end, ""));
        skip(index, reason, message, Optional.empty());
    }

    private void skip(int index, SkipReason reason, String message, Optional<Failure> failure) {
        log.append(number, new Step.BlockSkipped(index, reason, message, failure));
    }

    /// Runs a block, if it may.
    ///
    /// @return whether the session is lost
    private boolean runOne(int index, FoundBlock block, boolean keepInputOpen) throws InterruptedException {
        try {
            var request = programs.request(UUID.randomUUID().toString(), block, keepInputOpen);
            if (spec.approval() == ConversationSpec.Approval.NONE) {
                execute(index, block, request);
                return false;
            }
            var approved = approval(index, block, request);
            if (approved.isPresent()) {
                execute(index, block, request.approved(approved.get()));
            }
            return false;
        } catch (RefusedException e) {
            succeeded = false;
            texts.add(new BlockText(
                    block.language(), new BlockEnd.Failed(e.failure().message()), ""));
            skip(index, SkipReason.FAILED, e.failure().message(), Optional.of(e.failure()));
            var refusal = e.failure().refusal();
            return refusal instanceof Refusal.SessionLost || refusal instanceof Refusal.SessionNotFound;
        }
    }

    /// Asks somebody.
    ///
    /// @return the digest of what may run; absent: nothing may
    private Optional<Digest> approval(int index, FoundBlock block, ExecutionRequest request)
            throws RefusedException, InterruptedException {
        var resolved = means.executions().validate(tenant, request).spec();
        var now = means.clock().instant();
        var id = request.id().orElseThrow();
        var question = new Question(
                tenant,
                id,
                resolved.specDigest().text(),
                resolved.language(),
                block.code(),
                Optional.of(programs.conversation()),
                now,
                now.plus(spec.approvalTimeout()),
                resolved);
        var asked = new Step.ApprovalRequired(index, id, resolved, question.expires());
        var verdict = ask(question, () -> log.append(number, asked));
        switch (verdict) {
            case Verdict.Approved approved -> {
                log.append(number, new Step.ApprovalDecided(index, true, approved.reason(), false));
                return Optional.of(resolved.specDigest());
            }
            case Verdict.Denied denied -> deny(index, block, denied.reason(), false);
            case Verdict.Expired() -> deny(index, block, "nobody decided in time", true);
        }
        return Optional.empty();
    }

    private void deny(int index, FoundBlock block, String reason, boolean expired) {
        succeeded = false;
        log.append(number, new Step.ApprovalDecided(index, false, reason, expired));
        texts.add(new BlockText(block.language(), new BlockEnd.Denied(reason), ""));
        skip(index, SkipReason.DENIED, reason, Optional.empty());
    }

    /// An interrupt of the turn is a denial; one of the conversation is one of this thread.
    private Verdict ask(Question question, Runnable whenAsked) throws InterruptedException {
        if (!beginAsking()) {
            return new Verdict.Denied("", "interrupted");
        }
        try {
            return means.approvals().ask(question, whenAsked);
        } catch (InterruptedException e) {
            if (!isInterrupted()) {
                throw e;
            }
            return new Verdict.Denied("", "interrupted");
        } finally {
            endAsking();
        }
    }

    private boolean beginAsking() {
        lock.lock();
        try {
            asking = interrupted ? null : Thread.currentThread();
            return !interrupted;
        } finally {
            lock.unlock();
        }
    }

    /// An interrupt of the turn that came after the decision must not hit what this thread waits for next.
    ///
    /// One of the conversation, cleared with it, is not lost: nothing more of this turn runs, no turn follows.
    private void endAsking() {
        lock.lock();
        try {
            asking = null;
            if (interrupted) {
                var _ = Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }

    private void execute(int index, FoundBlock block, ExecutionRequest request)
            throws RefusedException, InterruptedException {
        var id = request.id().orElseThrow();
        if (!enter(id)) {
            succeeded = false;
            texts.add(new BlockText(block.language(), new BlockEnd.Cancelled(), ""));
            skip(index, SkipReason.INTERRUPTED, "interrupted before it was started", Optional.empty());
            return;
        }
        executions.add(id);
        var excerpt = new OutputExcerpt(textBytes);
        var driver = means.executions().execute(tenant, request);
        try (var cursor = driver.cursor();
                var _ = input.feed(tenant, id, means.executions())) {
            if (isInterrupted()) {
                interrupt();
            }
            for (var last = false; !last; ) {
                var batch = cursor.take(PATIENCE);
                for (var event : batch.events()) {
                    tell(index, block, event.kind(), excerpt);
                }
                last = batch.last();
            }
        } finally {
            driver.lost().run();
            leave();
        }
    }

    private boolean enter(String id) {
        lock.lock();
        try {
            running = interrupted ? null : id;
            return !interrupted;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            running = null;
        } finally {
            lock.unlock();
        }
    }

    private boolean isInterrupted() {
        lock.lock();
        try {
            return interrupted;
        } finally {
            lock.unlock();
        }
    }

    private void tell(int index, FoundBlock block, Kind kind, OutputExcerpt excerpt)
            throws RefusedException, InterruptedException {
        switch (kind) {
            case Kind.Accepted accepted ->
                log.append(number, new Step.BlockStarted(index, accepted.executionId(), accepted.spec()));
            case Kind.Queued _, Kind.Started _ -> {}
            case Kind.Output(var stream, var offset, var data) -> {
                excerpt.add(data.duplicate());
                log.output(number, new Step.Output(stream, offset, data));
            }
            case Kind.Collected(var artifact) -> log.append(number, new Step.Collected(artifact));
            case Kind.Finished(var result) -> {
                run++;
                var end = BlockEnds.of(result);
                succeeded = end.equals(BlockEnds.SUCCESS);
                texts.add(new BlockText(block.language(), end, excerpt.text()));
                log.append(number, new Step.BlockFinished(index, result));
            }
            case Kind.Failed failed -> throw new RefusedException(failed.failure());
        }
    }
}
