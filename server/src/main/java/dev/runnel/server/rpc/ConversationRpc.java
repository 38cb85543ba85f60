package dev.runnel.server.rpc;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.conversation.Conversation.View;
import dev.runnel.server.conversation.Conversations;
import dev.runnel.server.conversation.Conversations.Reading;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.Conversation;
import dev.runnel.v1.ConversationServiceGrpc;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import dev.runnel.v1.GetConversationRequest;
import dev.runnel.v1.GetConversationResponse;
import dev.runnel.v1.ListTurnsRequest;
import dev.runnel.v1.ListTurnsResponse;
import dev.runnel.v1.OpenConversationRequest;
import dev.runnel.v1.OpenConversationResponse;
import dev.runnel.v1.SendToConversationRequest;
import dev.runnel.v1.SendToConversationResponse;
import dev.runnel.v1.WatchConversationRequest;
import dev.runnel.v1.WatchConversationResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;

/// ConversationService.
public final class ConversationRpc extends ConversationServiceGrpc.ConversationServiceImplBase {
    private static final int PAGE = 50;

    private final Calls calls;
    private final Conversations conversations;
    private final Executions executions;
    private final InstantSource clock;
    private final Duration silence;

    /// Serves these conversations.
    ///
    /// @param executions knows whether this is the instance that a client expects
    /// @param silence after which a heartbeat is sent
    public ConversationRpc(
            Calls calls, Conversations conversations, Executions executions, InstantSource clock, Duration silence) {
        this.calls = calls;
        this.conversations = conversations;
        this.executions = executions;
        this.clock = clock;
        this.silence = silence;
    }

    @Override
    public StreamObserver<ConverseRequest> converse(StreamObserver<ConverseResponse> observer) {
        var tenant = Caller.tenant();
        return calls.converse("Converse", observer, (requests, reply) -> {
            try (var reading = first(tenant, requests)) {
                new ConverseCall(reading, requests, reply, clock, silence).run();
            }
        });
    }

    private Reading first(Tenant tenant, Incoming<ConverseRequest> requests)
            throws RefusedException, InterruptedException {
        var request = requests.next().orElseThrow(() -> RefusedException.fieldInvalid("open", "is missing"));
        return switch (request.getPartCase()) {
            case OPEN -> {
                var open = request.getOpen();
                executions.checkInstance(FromProto.text(open.getExpectedInstance()));
                yield conversations.openAndHold(
                        tenant, FromProto.text(open.getConversationId()), ConversationRequests.spec(open.getSpec()));
            }
            case RESUME ->
                conversations.resume(
                        tenant,
                        request.getResume().getConversationId(),
                        request.getResume().getAfterSequence());
            case INPUT, PART_NOT_SET ->
                throw RefusedException.fieldInvalid("part", "the first request must have open or resume");
        };
    }

    @Override
    public void openConversation(OpenConversationRequest request, StreamObserver<OpenConversationResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            executions.checkInstance(FromProto.text(request.getExpectedInstance()));
            var view = conversations.open(
                    tenant, FromProto.text(request.getConversationId()), ConversationRequests.spec(request.getSpec()));
            return OpenConversationResponse.newBuilder()
                    .setConversation(message(view))
                    .build();
        });
    }

    @Override
    public void sendToConversation(
            SendToConversationRequest request, StreamObserver<SendToConversationResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var applied = conversations.send(
                    tenant, request.getConversationId(), ConversationRequests.input(request.getInput()));
            return SendToConversationResponse.newBuilder()
                    .setAppliedClientSequence(applied)
                    .build();
        });
    }

    @Override
    public void watchConversation(
            WatchConversationRequest request, StreamObserver<WatchConversationResponse> observer) {
        var tenant = Caller.tenant();
        calls.stream(request, observer, reply -> {
            try (var reading = conversations.watch(tenant, request.getConversationId(), request.getAfterSequence())) {
                watch(reading, reply);
            }
        });
    }

    private void watch(Reading reading, Reply<WatchConversationResponse> reply)
            throws RefusedException, InterruptedException {
        for (var last = false; !last; ) {
            var batch = reading.take(silence);
            if (batch.silent()) {
                reply.send(response(batch)
                        .setEvent(ConversationEvents.heartbeat(clock.instant()))
                        .build());
            }
            for (var event : batch.events()) {
                reply.send(response(batch)
                        .setEvent(ConversationEvents.event(event))
                        .build());
            }
            last = batch.last();
        }
    }

    private static WatchConversationResponse.Builder response(Reading.Batch batch) {
        return WatchConversationResponse.newBuilder().setAppliedClientSequence(batch.applied());
    }

    @Override
    public void getConversation(GetConversationRequest request, StreamObserver<GetConversationResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(
                request,
                observer,
                () -> GetConversationResponse.newBuilder()
                        .setConversation(message(conversations.get(tenant, request.getConversationId())))
                        .build());
    }

    @Override
    public void listTurns(ListTurnsRequest request, StreamObserver<ListTurnsResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var after = after(request.getPageToken());
            var size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
            var turns = conversations.turns(tenant, request.getConversationId()).stream()
                    .filter(turn -> turn.number() > after)
                    .limit(size + 1L)
                    .toList();
            var response = ListTurnsResponse.newBuilder();
            turns.stream().limit(size).map(ConversationEvents::turn).forEach(response::addTurns);
            if (turns.size() > size) {
                response.setNextPageToken(String.valueOf(turns.get(size - 1).number()));
            }
            return response.build();
        });
    }

    /// A token is the number of the last turn of the page before.
    private static int after(String token) throws RefusedException {
        try {
            return token.isEmpty() ? 0 : Integer.parseUnsignedInt(token);
        } catch (NumberFormatException _) {
            throw RefusedException.fieldInvalid("page_token", "is not one of this list");
        }
    }

    private Conversation message(View view) {
        var message = Conversation.newBuilder()
                .setConversationId(view.id())
                .setInstanceId(executions.instance())
                .setCreateTime(ToProto.timestamp(view.created()))
                .setTurns(view.turns())
                .setFirstAvailableSequence(view.firstAvailable())
                .setLastSequence(view.last())
                .setAppliedClientSequence(view.applied());
        view.session().ifPresent(message::setSessionId);
        view.closed().ifPresent(closed -> message.setCloseTime(ToProto.timestamp(closed)));
        view.reason().map(ConversationEvents::reason).ifPresent(message::setCloseReason);
        conversations.expires(view).ifPresent(expires -> message.setExpireTime(ToProto.timestamp(expires)));
        return message.build();
    }
}
