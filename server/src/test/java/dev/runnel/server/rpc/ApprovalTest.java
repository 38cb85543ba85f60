package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.server.approval.Question;
import dev.runnel.server.approval.Verdict;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.testing.Questions;
import dev.runnel.v1.ApprovalDecision;
import dev.runnel.v1.ApprovalServiceGrpc;
import dev.runnel.v1.ApprovalServiceGrpc.ApprovalServiceBlockingStub;
import dev.runnel.v1.DecideApprovalRequest;
import dev.runnel.v1.DecideApprovalResponse;
import dev.runnel.v1.ListApprovalsRequest;
import dev.runnel.v1.ListApprovalsResponse;
import dev.runnel.v1.WatchApprovalsRequest;
import dev.runnel.v1.WatchApprovalsResponse;
import dev.runnel.v1.WatchApprovalsResponse.StepCase;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.Iterator;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ApprovalTest {
    private final EdgeFixture daemon = new EdgeFixture();
    private final ApprovalServiceBlockingStub client = ApprovalServiceGrpc.newBlockingStub(daemon.connect());

    @AfterEach
    void stop() {
        daemon.close();
        daemon.approvals.close();
    }

    @Test
    void what_waits_is_listed_with_all_that_would_run() {
        var question = question("e1", "print('é')");
        var _ = ask(question);

        var listed = list("");

        var approval = listed.getApprovals(0);
        assertThat(listed.getApprovalsCount()).isEqualTo(1);
        assertThat(approval.getExecutionId()).isEqualTo("e1");
        assertThat(approval.getConversationId()).isEqualTo("conversation-1");
        assertThat(approval.getCode()).isEqualTo("print('é')");
        assertThat(approval.getResolvedSpec()).isEqualTo(ToProto.resolved(question.spec()));
        assertThat(approval.getExpireTime().getSeconds())
                .isEqualTo(approval.getCreateTime().getSeconds() + Questions.TIMEOUT.toSeconds());
    }

    @Test
    void a_page_of_much_code_is_short_and_the_next_goes_on() {
        for (var i = 0; i < 3; i++) {
            var _ = ask(question("e" + i, "#" + "x".repeat(400_000)));
        }

        var first = list("");
        var second = list(first.getNextPageToken());
        var third = list(second.getNextPageToken());

        assertThat(first.getSerializedSize()).isLessThan(1 << 20);
        assertThat(first.getApprovals(0).getExecutionId()).isEqualTo("e2");
        assertThat(second.getApprovals(0).getExecutionId()).isEqualTo("e1");
        assertThat(third.getApprovals(0).getExecutionId()).isEqualTo("e0");
        assertThat(third.getNextPageToken()).isEmpty();
        assertThat(Rejection.of(() -> list("junk")).fields()).containsExactly("page_token");
    }

    @Test
    void a_decision_reaches_who_asked_and_again_is_no_error() throws Exception {
        var question = question("e1", "print(1)");
        var asker = ask(question);

        var first = decide(question, true, "fine");
        var again = decide(question, true, "of course");

        assertThat(asker.get()).isEqualTo(new Verdict.Approved("local", "fine"));
        assertThat(first)
                .isEqualTo(DecideApprovalResponse.newBuilder()
                        .setDecidedBy("local")
                        .setReason("fine")
                        .build());
        assertThat(again).isEqualTo(first);
    }

    @Test
    void without_an_explicit_approval_it_is_a_denial() throws Exception {
        var question = question("e1", "print(1)");
        var asker = ask(question);

        client.decideApproval(DecideApprovalRequest.newBuilder()
                .setExecutionId("e1")
                .setSpecDigest(question.specDigest())
                .build());

        assertThat(asker.get()).isEqualTo(new Verdict.Denied("local", ""));
    }

    @Test
    void a_different_later_decision_is_told_the_winner() {
        var question = question("e1", "print(1)");
        var _ = ask(question);
        decide(question, false, "no");

        var refused = Rejection.of(() -> decide(question, true, "yes"));

        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.reason()).isEqualTo("APPROVAL_DECIDED");
        assertThat(refused.info().getMetadataMap())
                .containsEntry("decision", "DENIED")
                .containsEntry("decided_by", "local");
    }

    @Test
    void another_digest_and_an_unknown_id_decide_nothing() {
        var _ = ask(question("e1", "print(1)"));

        var mismatch = Rejection.of(() -> decide(question("e1", "print(2)"), true, ""));
        var unknown = Rejection.of(() -> decide(question("e2", "print(1)"), true, ""));
        var empty = Rejection.of(() -> client.decideApproval(DecideApprovalRequest.getDefaultInstance()));

        assertThat(mismatch.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(mismatch.reason()).isEqualTo("APPROVAL_SPEC_MISMATCH");
        assertThat(unknown.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(unknown.reason()).isEqualTo("APPROVAL_NOT_FOUND");
        assertThat(empty.fields()).contains("execution_id", "spec_digest");
        assertThat(list("").getApprovalsCount()).isEqualTo(1);
    }

    @Test
    void a_watch_shows_what_waits_then_a_mark_then_what_comes_and_how_it_ends() {
        var first = question("e1", "print(1)");
        var _ = ask(first);
        var watch = watch("");
        assertThat(watch.next().getApproval().getExecutionId()).isEqualTo("e1");
        var synced = watch.next();
        assertThat(synced.getStepCase()).isEqualTo(StepCase.SYNCED);

        var _ = ask(question("e2", "print(2)"));
        decide(first, false, "no");

        var came = watch.next();
        assertThat(came.getApproval().getCode()).isEqualTo("print(2)");
        var ended = watch.next().getEnded();
        assertThat(ended.getExecutionId()).isEqualTo("e1");
        assertThat(ended.getSpecDigest()).isEqualTo(first.specDigest());
        assertThat(ended.getDecision()).isEqualTo(ApprovalDecision.APPROVAL_DECISION_DENIED);
        assertThat(ended.getDecidedBy()).isEqualTo("local");
        assertThat(ended.getReason()).isEqualTo("no");

        var resumed = watch(came.getResumeToken());
        assertThat(resumed.next().getStepCase()).isEqualTo(StepCase.SYNCED);
        assertThat(resumed.next().getEnded()).isEqualTo(ended);
        assertThat(Rejection.of(() -> watch("junk").next()).fields()).containsExactly("resume_token");
    }

    @Test
    void a_watch_ends_with_the_daemon_after_the_denials() {
        var _ = ask(question("e1", "print(1)"));
        var watch = watch("");
        watch.next();
        watch.next();

        daemon.approvals.close();

        assertThat(watch.next().getEnded().getDecision()).isEqualTo(ApprovalDecision.APPROVAL_DECISION_DENIED);
        assertThat(Rejection.of(watch::next).reason()).isEqualTo("DAEMON_DRAINING");
    }

    @Test
    void its_health_has_its_name() {
        var health = HealthGrpc.newBlockingStub(daemon.connect());

        var answer = health.check(HealthCheckRequest.newBuilder()
                .setService("runnel.v1.ApprovalService")
                .build());

        assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    private Question question(String id, String code) {
        return Questions.of(Tenant.LOCAL, id, code, daemon.clock);
    }

    /// Asks, and returns when it is told to approvers.
    private FutureTask<Verdict> ask(Question question) {
        var known = watch("");
        var asker = new FutureTask<>(() -> daemon.approvals.ask(question));
        Thread.ofVirtual().start(asker);
        while (!known.next().getApproval().getExecutionId().equals(question.id())) {
            // what waited before, and the mark
        }
        return asker;
    }

    private ListApprovalsResponse list(String token) {
        return client.listApprovals(
                ListApprovalsRequest.newBuilder().setPageToken(token).build());
    }

    private Iterator<WatchApprovalsResponse> watch(String token) {
        return client.watchApprovals(
                WatchApprovalsRequest.newBuilder().setResumeToken(token).build());
    }

    private DecideApprovalResponse decide(Question question, boolean approved, String reason) {
        return client.decideApproval(DecideApprovalRequest.newBuilder()
                .setExecutionId(question.id())
                .setSpecDigest(question.specDigest())
                .setApproved(approved)
                .setReason(reason)
                .build());
    }
}
