package dev.runnel.server.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.server.approval.ApprovalWatch.Step;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.testing.MovableClock;
import dev.runnel.server.testing.Questions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ApprovalsTest {
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final Tenant OTHER = new Tenant("other");

    private final MovableClock clock = new MovableClock();
    private final Approvals approvals = new Approvals(clock, REMEMBERED);
    private final Question question = question("e1");

    @Test
    void an_approval_lets_it_run() throws Exception {
        var asker = Asker.asks(approvals, question);

        var verdict = decide(question, true, "ann");

        assertThat(verdict).isEqualTo(new Verdict.Approved("ann", "because"));
        assertThat(asker.verdict()).isEqualTo(verdict);
        assertThat(listed(Tenant.LOCAL)).isEmpty();
    }

    @Test
    void a_denial_tells_its_reason() throws Exception {
        var asker = Asker.asks(approvals, question);

        decide(question, false, "ann");

        assertThat(asker.verdict()).isEqualTo(new Verdict.Denied("ann", "because"));
    }

    @Test
    void what_nobody_decides_in_time_is_not_approved_and_cannot_be_any_more() throws Exception {
        var asker = Asker.asks(approvals, question);
        clock.advance(Questions.TIMEOUT.minusMillis(1));
        approvals.sweep();
        assertThat(listed(Tenant.LOCAL)).containsExactly(question);

        clock.advance(Duration.ofMillis(1));

        assertThat(listed(Tenant.LOCAL)).isEmpty();
        assertThat(refusal(question, true, "ann")).isEqualTo(new Refusal.ApprovalDecided("EXPIRED", ""));
        assertThat(refusal(question, false, "ann")).isEqualTo(new Refusal.ApprovalDecided("EXPIRED", ""));
        assertThat(asker.verdict()).isEqualTo(new Verdict.Expired());
    }

    @Test
    void a_sweep_tells_the_asker_that_time_is_over() throws Exception {
        var asker = Asker.asks(approvals, question);

        clock.advance(Questions.TIMEOUT);
        approvals.sweep();

        assertThat(asker.verdict()).isEqualTo(new Verdict.Expired());
    }

    @Test
    void an_asker_whose_time_is_over_already_expires_by_itself() throws Exception {
        clock.advance(Questions.TIMEOUT);

        assertThat(approvals.ask(question)).isEqualTo(new Verdict.Expired());
    }

    @Test
    void the_first_decision_wins_and_the_other_approver_is_told_whose_it_was() throws Exception {
        var asker = Asker.asks(approvals, question);
        decide(question, false, "ann");

        assertThat(refusal(question, true, "bob")).isEqualTo(new Refusal.ApprovalDecided("DENIED", "ann"));
        assertThat(asker.verdict()).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void the_same_decision_again_is_no_error_and_changes_nothing() throws Exception {
        var asker = Asker.asks(approvals, question);
        var first = decide(question, true, "ann");

        assertThat(decide(question, true, "ann")).isEqualTo(first);
        assertThat(decide(question, true, "bob")).isEqualTo(first);
        assertThat(asker.verdict()).isEqualTo(first);
    }

    @Test
    void a_decision_about_another_spec_decides_nothing() throws Exception {
        var asker = Asker.asks(approvals, question);
        var another = Questions.of(Tenant.LOCAL, "e1", "print('another')", clock);

        assertThat(refusal(another, true, "ann")).isEqualTo(new Refusal.ApprovalSpecMismatch());
        assertThat(listed(Tenant.LOCAL)).containsExactly(question);
        decide(question, true, "ann");
        assertThat(refusal(another, true, "ann")).isEqualTo(new Refusal.ApprovalSpecMismatch());
        assertThat(asker.verdict()).isInstanceOf(Verdict.Approved.class);
    }

    @Test
    void another_tenants_question_is_the_same_as_none() throws Exception {
        var asker = Asker.asks(approvals, question);

        var foreign = failure(Questions.of(OTHER, "e1", question.code(), clock), true, "ann");
        var unknown = failure(question("e2"), true, "ann");

        assertThat(foreign.failure()).isEqualTo(unknown.failure());
        assertThat(foreign.failure().refusal()).isEqualTo(new Refusal.ApprovalNotFound());
        assertThat(listed(OTHER)).isEmpty();
        decide(question, false, "ann");
        assertThat(asker.verdict()).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void an_asker_that_goes_away_takes_its_question_along() throws Exception {
        var asker = Asker.asks(approvals, question);

        asker.interrupt();

        assertThatThrownBy(asker::verdict).hasCauseInstanceOf(InterruptedException.class);
        assertThat(listed(Tenant.LOCAL)).isEmpty();
        assertThat(refusal(question, true, "ann")).isEqualTo(new Refusal.ApprovalDecided("WITHDRAWN", ""));
    }

    @Test
    void the_daemons_end_denies_what_waits_and_what_comes_after() throws Exception {
        var asker = Asker.asks(approvals, question);

        approvals.close();

        var denied = new Verdict.Denied("the daemon", "the daemon is shutting down");
        assertThat(asker.verdict()).isEqualTo(denied);
        assertThat(approvals.ask(question("e2"))).isEqualTo(denied);
        assertThat(refusal(question, true, "ann")).isEqualTo(new Refusal.ApprovalDecided("DENIED", "the daemon"));
    }

    @Test
    void an_id_is_asked_about_once_as_long_as_its_end_is_remembered() throws Exception {
        var asker = Asker.asks(approvals, question);
        assertThatThrownBy(() -> approvals.ask(question)).isInstanceOf(IllegalStateException.class);
        decide(question, true, "ann");
        assertThat(asker.verdict()).isInstanceOf(Verdict.Approved.class);
        assertThatThrownBy(() -> approvals.ask(question)).isInstanceOf(IllegalStateException.class);

        clock.advance(REMEMBERED.plusMillis(1));

        assertThat(refusal(question, true, "ann")).isEqualTo(new Refusal.ApprovalNotFound());
        var again = Asker.asks(approvals, question("e1"));
        decide(question, false, "ann");
        assertThat(again.verdict()).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void lists_are_newest_first_in_pages_that_are_not_too_large() throws Exception {
        for (var i = 0; i < 4; i++) {
            Asker.asks(approvals, Questions.of(Tenant.LOCAL, "e" + i, "é".repeat(50), clock));
            clock.advance(Duration.ofSeconds(1));
        }

        var first = approvals.list(Tenant.LOCAL, new PageRequest(3, Optional.empty()), 4_400);
        var rest = approvals.list(Tenant.LOCAL, new PageRequest(3, first.next()), 1);

        assertThat(ids(first.items())).containsExactly("e3", "e2");
        assertThat(ids(rest.items())).containsExactly("e1");
        var last = approvals.list(Tenant.LOCAL, new PageRequest(3, rest.next()), 1);
        assertThat(ids(last.items())).containsExactly("e0");
        assertThat(last.next()).isEmpty();
        approvals.close();
    }

    @Test
    void a_watch_shows_what_waits_then_a_mark_then_what_comes_and_how_it_ends() throws Exception {
        Asker.asks(approvals, question);
        var watch = approvals.watch(Tenant.LOCAL, Optional.empty());

        assertThat(watch.next(Duration.ZERO)).containsExactly(new Step.Present(question), new Step.Synced(1));
        assertThat(watch.next(Duration.ZERO)).isEmpty();

        var next = question("e2");
        Asker.asks(approvals, next);
        assertThat(watch.next(Duration.ofMinutes(1))).containsExactly(new Step.Changed(next, 2));
        var verdict = decide(question, true, "ann");
        assertThat(watch.next(Duration.ofMinutes(1))).containsExactly(new Step.Changed(ending(question, verdict), 3));
        approvals.close();
        assertThat(watch.next(Duration.ofMinutes(1))).singleElement().isInstanceOf(Step.Changed.class);
        assertThatThrownBy(() -> watch.next(Duration.ofMinutes(1))).isInstanceOf(RefusedException.class);
    }

    @Test
    void a_watch_that_comes_back_gets_the_mark_and_what_it_missed() throws Exception {
        var asker = Asker.asks(approvals, question);
        approvals.watch(Tenant.LOCAL, Optional.empty());
        asker.interrupt();
        assertThatThrownBy(asker::verdict).hasCauseInstanceOf(InterruptedException.class);

        var resumed = approvals.watch(Tenant.LOCAL, Optional.of(1L));
        var strange = approvals.watch(Tenant.LOCAL, Optional.of(99L));

        assertThat(resumed.next(Duration.ZERO)).containsExactly(new Step.Synced(1));
        assertThat(resumed.next(Duration.ZERO))
                .containsExactly(new Step.Changed(ending(question, new Ending.Withdrawn()), 2));
        assertThat(strange.next(Duration.ZERO)).containsExactly(new Step.Synced(2));
        assertThat(strange.next(Duration.ZERO)).isEmpty();
    }

    @Test
    void a_watch_shows_nothing_of_another_tenant() throws Exception {
        Asker.asks(approvals, Questions.of(OTHER, "e1", "print(1)", clock));
        var watch = approvals.watch(Tenant.LOCAL, Optional.empty());
        Asker.asks(approvals, Questions.of(OTHER, "e2", "print(1)", clock));

        assertThat(watch.next(Duration.ZERO)).containsExactly(new Step.Synced(1));
        assertThat(watch.next(Duration.ZERO)).isEmpty();
        approvals.close();
    }

    private Decided ending(Question question, Ending ending) {
        return new Decided(question.tenant(), question.id(), question.specDigest(), ending, clock.instant());
    }

    private Question question(String id) {
        return Questions.of(Tenant.LOCAL, id, "print(1)", clock);
    }

    private List<Question> listed(Tenant tenant) throws RefusedException {
        return approvals
                .list(tenant, new PageRequest(0, Optional.empty()), Integer.MAX_VALUE)
                .items();
    }

    private Verdict decide(Question question, boolean approved, String by) throws RefusedException {
        return approvals.decide(question.tenant(), question.id(), question.specDigest(), approved, by, "because");
    }

    private RefusedException failure(Question question, boolean approved, String by) {
        return catchThrowableOfType(RefusedException.class, () -> decide(question, approved, by));
    }

    private Refusal refusal(Question question, boolean approved, String by) {
        return failure(question, approved, by).failure().refusal();
    }

    private static List<String> ids(List<Question> questions) {
        return questions.stream().map(Question::id).toList();
    }
}
