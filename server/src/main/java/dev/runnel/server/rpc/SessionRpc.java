package dev.runnel.server.rpc;

import dev.runnel.server.execution.Executions;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.session.SessionFilter;
import dev.runnel.server.session.SessionRequest;
import dev.runnel.server.session.SessionSpec;
import dev.runnel.server.session.SessionView;
import dev.runnel.server.session.Sessions;
import dev.runnel.v1.CreateSessionRequest;
import dev.runnel.v1.CreateSessionResponse;
import dev.runnel.v1.DeleteSessionRequest;
import dev.runnel.v1.DeleteSessionResponse;
import dev.runnel.v1.GetSessionRequest;
import dev.runnel.v1.GetSessionResponse;
import dev.runnel.v1.ListSessionsRequest;
import dev.runnel.v1.ListSessionsResponse;
import dev.runnel.v1.Session;
import dev.runnel.v1.SessionServiceGrpc;
import dev.runnel.v1.SessionState;
import io.grpc.stub.StreamObserver;
import java.util.EnumSet;
import java.util.Optional;

/// SessionService.
public final class SessionRpc extends SessionServiceGrpc.SessionServiceImplBase {
    private final Calls calls;
    private final Sessions sessions;
    private final Executions executions;
    private final String instance;

    /// Serves these sessions.
    ///
    /// @param executions knows whether this is the instance that a client expects
    public SessionRpc(Calls calls, Sessions sessions, Executions executions, String instance) {
        this.calls = calls;
        this.sessions = sessions;
        this.executions = executions;
        this.instance = instance;
    }

    @Override
    public void createSession(CreateSessionRequest request, StreamObserver<CreateSessionResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            executions.checkInstance(FromProto.text(request.getExpectedInstance()));
            var session = sessions.create(tenant, decode(request));
            return CreateSessionResponse.newBuilder()
                    .setSession(message(session))
                    .setInstanceId(instance)
                    .build();
        });
    }

    @Override
    public void getSession(GetSessionRequest request, StreamObserver<GetSessionResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(
                request,
                observer,
                () -> GetSessionResponse.newBuilder()
                        .setSession(message(sessions.get(tenant, request.getSessionId())))
                        .build());
    }

    @Override
    public void listSessions(ListSessionsRequest request, StreamObserver<ListSessionsResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var page = sessions.list(
                    tenant,
                    filter(request),
                    new PageRequest(request.getPageSize(), FromProto.text(request.getPageToken())));
            var response = ListSessionsResponse.newBuilder();
            page.items().forEach(session -> response.addSessions(message(session)));
            page.next().ifPresent(response::setNextPageToken);
            return response.build();
        });
    }

    @Override
    public void deleteSession(DeleteSessionRequest request, StreamObserver<DeleteSessionResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            sessions.delete(tenant, request.getSessionId());
            return DeleteSessionResponse.getDefaultInstance();
        });
    }

    private static SessionRequest decode(CreateSessionRequest request) {
        return new SessionRequest(
                FromProto.text(request.getSessionId()), spec(request.getSpec()), request.getLabelsMap());
    }

    /// A SessionSpec.
    static SessionSpec spec(dev.runnel.v1.SessionSpec spec) {
        return new SessionSpec(
                FromProto.limits(spec.getLimits()),
                FromProto.isolation(spec.getMinimumIsolation()),
                FromProto.text(spec.getExecutor()),
                spec.getRequireCell(),
                FromProto.text(spec.getImage()),
                FromProto.text(spec.getLanguage()),
                FromProto.extras(spec.getMountsList(), spec.getDevicesList(), spec.getHostsList()),
                spec.hasIdleTimeout() ? Optional.of(FromProto.duration(spec.getIdleTimeout())) : Optional.empty());
    }

    private static SessionFilter filter(ListSessionsRequest request) {
        var states = EnumSet.noneOf(dev.runnel.server.session.SessionState.class);
        for (var state : request.getFilter().getStatesList()) {
            states.add(
                    switch (state) {
                        case SESSION_STATE_IDLE -> dev.runnel.server.session.SessionState.IDLE;
                        case SESSION_STATE_BUSY -> dev.runnel.server.session.SessionState.BUSY;
                        case SESSION_STATE_LOST -> dev.runnel.server.session.SessionState.LOST;
                        case SESSION_STATE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalStateException("filter.states was not checked at the edge");
                    });
        }
        return new SessionFilter(states, request.getFilter().getLabelsMap());
    }

    private static Session message(SessionView session) {
        var sandbox = session.sandbox();
        var message = Session.newBuilder()
                .setSessionId(session.id())
                .setState(
                        switch (session.state()) {
                            case IDLE -> SessionState.SESSION_STATE_IDLE;
                            case BUSY -> SessionState.SESSION_STATE_BUSY;
                            case LOST -> SessionState.SESSION_STATE_LOST;
                        })
                .setExecutor(sandbox.executor())
                .setIsolation(Words.isolation(sandbox.isolation()))
                .setSandboxKind(Words.sandboxKind(sandbox.kind()))
                .putAllLabels(session.labels())
                .setCreateTime(ToProto.timestamp(session.created()))
                .setLastUsedTime(ToProto.timestamp(session.lastUsed()));
        session.currentExecution().ifPresent(message::setCurrentExecutionId);
        session.limits().forEach(limit -> message.addLimits(ToProto.limit(limit)));
        session.expires().ifPresent(expires -> message.setExpireTime(ToProto.timestamp(expires)));
        return message.build();
    }
}
