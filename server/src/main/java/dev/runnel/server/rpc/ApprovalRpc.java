package dev.runnel.server.rpc;

import dev.runnel.server.approval.ApprovalWatch;
import dev.runnel.server.approval.ApprovalWatch.Step;
import dev.runnel.server.approval.Approvals;
import dev.runnel.server.approval.Decided;
import dev.runnel.server.approval.Ending;
import dev.runnel.server.approval.Question;
import dev.runnel.server.approval.Verdict;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.Approval;
import dev.runnel.v1.ApprovalDecision;
import dev.runnel.v1.ApprovalServiceGrpc;
import dev.runnel.v1.DecideApprovalRequest;
import dev.runnel.v1.DecideApprovalResponse;
import dev.runnel.v1.EndedApproval;
import dev.runnel.v1.Heartbeat;
import dev.runnel.v1.ListApprovalsRequest;
import dev.runnel.v1.ListApprovalsResponse;
import dev.runnel.v1.WatchApprovalsRequest;
import dev.runnel.v1.WatchApprovalsResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/// ApprovalService.
public final class ApprovalRpc extends ApprovalServiceGrpc.ApprovalServiceImplBase {
    /// Of a page, so that it stays under the size of a message.
    private static final int MAX_PAGE_BYTES = 768 << 10;

    private final Calls calls;
    private final Approvals approvals;
    private final WatchTokens tokens;
    private final Duration silence;

    /// Serves these approvals.
    ///
    /// @param instance random, new at each start of the daemon
    /// @param silence how long a stream may be silent before a heartbeat
    public ApprovalRpc(Calls calls, Approvals approvals, String instance, Duration silence) {
        this.calls = calls;
        this.approvals = approvals;
        tokens = new WatchTokens(instance, "approvals");
        this.silence = silence;
    }

    @Override
    public void listApprovals(ListApprovalsRequest request, StreamObserver<ListApprovalsResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var page = approvals.list(
                    tenant,
                    new PageRequest(request.getPageSize(), FromProto.text(request.getPageToken())),
                    MAX_PAGE_BYTES);
            var response = ListApprovalsResponse.newBuilder();
            page.items().forEach(question -> response.addApprovals(message(question)));
            page.next().ifPresent(response::setNextPageToken);
            return response.build();
        });
    }

    @Override
    public void watchApprovals(WatchApprovalsRequest request, StreamObserver<WatchApprovalsResponse> observer) {
        var tenant = Caller.tenant();
        calls.stream(request, observer, reply -> {
            var watch = approvals.watch(tenant, tokens.position(request.getResumeToken()));
            stream(watch, reply);
        });
    }

    @Override
    public void decideApproval(DecideApprovalRequest request, StreamObserver<DecideApprovalResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var verdict = approvals.decide(
                    tenant,
                    request.getExecutionId(),
                    request.getSpecDigest(),
                    request.getApproved(),
                    tenant.name(), // the only name that an identity has today
                    request.getReason());
            var told = told(verdict);
            return DecideApprovalResponse.newBuilder()
                    .setDecidedBy(told.by())
                    .setReason(told.reason())
                    .build();
        });
    }

    private void stream(ApprovalWatch watch, Reply<WatchApprovalsResponse> reply)
            throws RefusedException, InterruptedException {
        while (true) {
            var steps = watch.next(silence);
            if (steps.isEmpty()) {
                reply.send(WatchApprovalsResponse.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build());
            }
            for (var step : steps) {
                reply.send(message(step));
            }
        }
    }

    private WatchApprovalsResponse message(Step step) {
        var message = WatchApprovalsResponse.newBuilder();
        switch (step) {
            case Step.Present(var question) -> message.setApproval(message(question));
            case Step.Synced(var position) ->
                message.setSynced(WatchApprovalsResponse.Synced.getDefaultInstance())
                        .setResumeToken(tokens.token(position));
            case Step.Changed(Question question, var position) ->
                message.setApproval(message(question)).setResumeToken(tokens.token(position));
            case Step.Changed(Decided ended, var position) ->
                message.setEnded(message(ended)).setResumeToken(tokens.token(position));
        }
        return message.build();
    }

    private static Approval message(Question question) {
        var message = Approval.newBuilder()
                .setExecutionId(question.id())
                .setCode(question.code())
                .setResolvedSpec(ToProto.resolved(question.spec()))
                .setCreateTime(ToProto.timestamp(question.asked()))
                .setExpireTime(ToProto.timestamp(question.expires()));
        question.conversation().ifPresent(message::setConversationId);
        return message.build();
    }

    private static EndedApproval message(Decided ended) {
        var told = told(ended.ending());
        return EndedApproval.newBuilder()
                .setExecutionId(ended.id())
                .setSpecDigest(ended.specDigest())
                .setDecision(told.decision())
                .setDecidedBy(told.by())
                .setReason(told.reason())
                .setEndTime(ToProto.timestamp(ended.when()))
                .build();
    }

    private record Told(ApprovalDecision decision, String by, String reason) {}

    private static Told told(Ending ending) {
        return switch (ending) {
            case Verdict.Approved it -> new Told(ApprovalDecision.APPROVAL_DECISION_APPROVED, it.by(), it.reason());
            case Verdict.Denied it -> new Told(ApprovalDecision.APPROVAL_DECISION_DENIED, it.by(), it.reason());
            case Verdict.Expired() -> new Told(ApprovalDecision.APPROVAL_DECISION_EXPIRED, "", "");
            case Ending.Withdrawn() -> new Told(ApprovalDecision.APPROVAL_DECISION_WITHDRAWN, "", "");
        };
    }
}
