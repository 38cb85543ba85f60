package dev.runnel.server.rpc;

import dev.runnel.v1.BlockDecision;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationInput;
import dev.runnel.v1.ConversationServiceGrpc;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import dev.runnel.v1.OpenConversationRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A client's side of a conversation.
final class ConverseStream {
    private static final long PATIENCE_SECONDS = 60;

    private final ClientCall<ConverseRequest, ConverseResponse> call;
    private final LinkedBlockingQueue<Optional<ConverseResponse>> inbox = new LinkedBlockingQueue<>();
    private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
    private long said;

    ConverseStream(Channel channel) {
        call = channel.newCall(ConversationServiceGrpc.getConverseMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(ConverseResponse message) {
                        inbox.add(Optional.of(message));
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status.asRuntimeException(trailers));
                        inbox.add(Optional.empty());
                    }
                },
                new Metadata());
        call.request(Integer.MAX_VALUE);
    }

    ConverseStream open(String id, ConversationSpec.Builder spec) {
        call.sendMessage(ConverseRequest.newBuilder()
                .setOpen(OpenConversationRequest.newBuilder()
                        .setConversationId(id)
                        .setSpec(spec))
                .build());
        return this;
    }

    ConverseStream resume(String id, long after, long said) {
        this.said = said;
        call.sendMessage(ConverseRequest.newBuilder()
                .setResume(ConverseRequest.Resume.newBuilder()
                        .setConversationId(id)
                        .setAfterSequence(after))
                .build());
        return this;
    }

    ConverseStream message(String markdown) {
        return input(ConversationInput.newBuilder()
                .setMessage(ChatMessage.newBuilder().setRole("assistant").setMarkdown(markdown)));
    }

    ConverseStream decide(ConversationEvent.ApprovalRequired asked, boolean approved, String reason) {
        return input(ConversationInput.newBuilder()
                .setDecision(BlockDecision.newBuilder()
                        .setExecutionId(asked.getExecutionId())
                        .setSpecDigest(asked.getResolvedSpec().getSpecDigest())
                        .setApproved(approved)
                        .setReason(reason)));
    }

    ConverseStream input(ConversationInput.Builder input) {
        return numbered(input, ++said);
    }

    ConverseStream numbered(ConversationInput.Builder input, long number) {
        call.sendMessage(ConverseRequest.newBuilder()
                .setInput(input.setClientSequence(number))
                .build());
        return this;
    }

    ConverseStream finish() {
        call.halfClose();
        return this;
    }

    void cut() {
        call.cancel("the connection breaks", null);
    }

    /// The next response; absent at the end.
    Optional<ConverseResponse> response() throws InterruptedException {
        var next = inbox.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing in " + PATIENCE_SECONDS + " s");
        }
        return next;
    }

    /// The next event.
    ConversationEvent event() throws InterruptedException {
        return await(_ -> true);
    }

    /// The next event that is like this.
    ConversationEvent await(Predicate<ConversationEvent> like) throws InterruptedException {
        while (true) {
            var response = response()
                    .orElseThrow(() -> new AssertionError("ended: " + end.join().getStatus()));
            if (response.hasEvent() && like.test(response.getEvent())) {
                return response.getEvent();
            }
        }
    }

    /// All events that are left, until the end.
    List<ConversationEvent> rest() throws InterruptedException {
        var events = new ArrayList<ConversationEvent>();
        for (var next = response(); next.isPresent(); next = response()) {
            if (next.get().hasEvent()) {
                events.add(next.get().getEvent());
            }
        }
        return events;
    }

    StatusRuntimeException end() throws Exception {
        return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
