package dev.runnel.server.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.testing.MovableClock;
import dev.runnel.server.testing.Questions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One question, and everything that can happen to it at the same time: several approvers, expiry, the asker's end, the
/// daemon's end.
@Timeout(120)
final class InterleavingTest {
    private static final int ROUNDS = 1_000;

    /// What became of one call of decide.
    private record Said(boolean approve, String by, Optional<Verdict> standing, Optional<Refusal> refused) {}

    private enum End {
        APPROVED,
        DENIED,
        EXPIRED,
        INTERRUPTED
    }

    @Test
    void nothing_runs_unless_exactly_that_approval_won() throws Exception {
        Map<End, Integer> ends = new EnumMap<>(End.class);
        for (var seed = 0; seed < ROUNDS; seed++) {
            ends.merge(new Round(seed).play(), 1, Integer::sum);
        }

        assertThat(ends).as("every kind of end was seen").containsOnlyKeys(End.values());
    }

    private static final class Round {
        private final Random random;
        private final MovableClock clock = new MovableClock();
        private final Approvals approvals = new Approvals(clock, Duration.ofMinutes(10));
        private final Question question;
        private final FutureTask<Verdict> asker;
        private final Thread asking;
        private final List<FutureTask<Said>> approvers = new ArrayList<>();
        private final List<FutureTask<Boolean>> disturbers = new ArrayList<>();

        Round(int seed) {
            random = new Random(seed);
            question = Questions.of(Tenant.LOCAL, "e" + seed, "print(" + seed + ")", clock);
            asker = new FutureTask<>(() -> approvals.ask(question));
            asking = Thread.ofPlatform().unstarted(asker);
        }

        End play() throws Exception {
            plan();
            var start = new CountDownLatch(1);
            approvers.forEach(task -> begin(task, start));
            disturbers.forEach(task -> begin(task, start));
            if (random.nextBoolean()) { // otherwise the others may be earlier than the question
                asking.start();
                awaitQuestion();
                start.countDown();
            } else {
                start.countDown();
                asking.start();
            }
            for (var task : disturbers) {
                task.get();
            }
            var said = new ArrayList<Said>();
            for (var task : approvers) {
                said.add(task.get());
            }
            if (random.nextInt(4) > 0) {
                awaitEndOrQuestion();
            }
            approvals.close(); // what still waits was decided by nobody
            return check(said);
        }

        private void plan() {
            for (var i = random.nextInt(5); i > 0; i--) {
                var by = "approver-" + i;
                var approve = random.nextBoolean();
                var digest = random.nextInt(8) == 0 ? "sha256:other" : question.specDigest();
                var pause = pause();
                approvers.add(new FutureTask<>(() -> {
                    spin(pause);
                    return say(approve, digest, by);
                }));
            }
            disturb(() -> asking.interrupt());
            disturb(approvals::close);
            disturb(() -> {
                clock.advance(Questions.TIMEOUT);
                approvals.sweep();
            });
        }

        private void disturb(Runnable disturbance) {
            if (random.nextInt(4) == 0) {
                var pause = pause();
                disturbers.add(new FutureTask<>(
                        () -> {
                            spin(pause);
                            disturbance.run();
                        },
                        true));
            }
        }

        private Said say(boolean approve, String digest, String by) {
            try {
                var standing = approvals.decide(Tenant.LOCAL, question.id(), digest, approve, by, "");
                return new Said(approve, by, Optional.of(standing), Optional.empty());
            } catch (RefusedException e) {
                return new Said(
                        approve, by, Optional.empty(), Optional.of(e.failure().refusal()));
            }
        }

        private End check(List<Said> all) throws Exception {
            var standing = all.stream()
                    .flatMap(said -> said.standing().stream())
                    .distinct()
                    .toList();
            assertThat(standing).as("one verdict stands: %s", all).hasSizeLessThanOrEqualTo(1);
            Verdict verdict;
            try {
                verdict = asker.get();
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(InterruptedException.class);
                return End.INTERRUPTED;
            }
            return switch (verdict) {
                case Verdict.Approved it -> {
                    assertThat(standing).containsExactly(verdict);
                    assertThat(all)
                            .anySatisfy(said -> assertThat(said)
                                    .isEqualTo(new Said(true, it.by(), Optional.of(verdict), Optional.empty())));
                    assertRefused(all, false, new Refusal.ApprovalDecided("APPROVED", it.by()));
                    yield End.APPROVED;
                }
                case Verdict.Denied it -> {
                    assertThat(standing).isSubsetOf(verdict);
                    assertRefused(all, true, new Refusal.ApprovalDecided("DENIED", it.by()));
                    yield End.DENIED;
                }
                case Verdict.Expired() -> {
                    assertThat(standing).isEmpty();
                    yield End.EXPIRED;
                }
            };
        }

        /// Who said the opposite was refused: told the winner, or mistaken in digest or time.
        private static void assertRefused(List<Said> all, boolean approve, Refusal winner) {
            assertThat(all)
                    .filteredOn(said -> said.approve() == approve)
                    .allSatisfy(said -> assertThat(said.refused())
                            .get()
                            .isIn(winner, new Refusal.ApprovalSpecMismatch(), new Refusal.ApprovalNotFound()));
        }

        private void awaitQuestion() throws RefusedException {
            while (approvals
                    .list(Tenant.LOCAL, new PageRequest(0, Optional.empty()), 1)
                    .items()
                    .isEmpty()) {
                Thread.onSpinWait();
            }
        }

        private void awaitEndOrQuestion() throws RefusedException {
            while (!asker.isDone()
                    && approvals
                            .list(Tenant.LOCAL, new PageRequest(0, Optional.empty()), 1)
                            .items()
                            .isEmpty()) {
                Thread.onSpinWait();
            }
        }

        private int pause() {
            return random.nextInt(2_000);
        }

        private static void spin(int times) {
            for (var i = 0; i < times; i++) {
                Thread.onSpinWait();
            }
        }

        private static void begin(FutureTask<?> task, CountDownLatch start) {
            Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                task.run();
            });
        }
    }
}
