package dev.runnel.server.rpc;

import dev.runnel.server.conversation.Conversations.Reading;
import dev.runnel.server.observe.Incidents;
import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One stream that holds a conversation: its own thread writes, another one reads, so that an interrupt or a decision
/// never waits behind data.
final class ConverseCall {
    private final Reading reading;
    private final Incoming<ConverseRequest> requests;
    private final Reply<ConverseResponse> reply;
    private final InstantSource clock;
    private final Duration silence;

    /// What broke the stream of requests, and with it the call.
    private final AtomicReference<@Nullable Failure> broken = new AtomicReference<>();

    ConverseCall(
            Reading reading,
            Incoming<ConverseRequest> requests,
            Reply<ConverseResponse> reply,
            InstantSource clock,
            Duration silence) {
        this.reading = reading;
        this.requests = requests;
        this.reply = reply;
        this.clock = clock;
        this.silence = silence;
    }

    /// Returns after the last event.
    void run() throws RefusedException, InterruptedException {
        var writer = Thread.currentThread();
        var reader = Thread.ofVirtual().name("converse-reader").start(() -> read(writer));
        try {
            write();
        } catch (InterruptedException e) {
            var failure = broken.get();
            if (failure != null) {
                throw new RefusedException(failure);
            }
            throw e;
        } finally {
            reader.interrupt();
        }
    }

    private void read(Thread writer) {
        try {
            for (var request = requests.nextUnchecked(); request.isPresent(); request = requests.nextUnchecked()) {
                read(request.get());
            }
            reading.finishInputs();
        } catch (RefusedException e) {
            broken.set(e.failure());
            writer.interrupt();
        } catch (RuntimeException | Error e) {
            broken.set(Incidents.report("a call failed inside the daemon", "request", "Converse", e));
            writer.interrupt();
        } catch (InterruptedException _) {
            // The call is over.
        }
    }

    /// A bad input is answered and ends nothing; what is no input ends the call.
    private void read(ConverseRequest request) throws RefusedException {
        if (!request.hasInput()) {
            throw RefusedException.fieldInvalid("part", "every request but the first must have input");
        }
        try {
            requests.check(request);
        } catch (RefusedException e) {
            reading.refuse(request.getInput().getClientSequence(), e);
            return;
        }
        reading.apply(ConversationRequests.input(request.getInput()));
    }

    private void write() throws RefusedException, InterruptedException {
        var applied = 0L;
        for (var last = false; !last; ) {
            var batch = reading.take(silence);
            for (var event : batch.events()) {
                reply.send(response(batch)
                        .setEvent(ConversationEvents.event(event))
                        .build());
            }
            for (var rejected : batch.rejected()) {
                reply.send(response(batch)
                        .setRejected(ConverseResponse.Rejected.newBuilder()
                                .setClientSequence(rejected.number())
                                .setStatus(Statuses.of(rejected.why().failure())))
                        .build());
            }
            if (batch.silent()) {
                reply.send(heartbeat(batch));
            } else if (batch.events().isEmpty() && batch.applied() > applied) {
                reply.send(response(batch).build());
            }
            applied = batch.applied();
            last = batch.last();
        }
    }

    private ConverseResponse heartbeat(Reading.Batch batch) {
        return response(batch)
                .setEvent(ConversationEvents.heartbeat(clock.instant()))
                .build();
    }

    private static ConverseResponse.Builder response(Reading.Batch batch) {
        return ConverseResponse.newBuilder().setAppliedClientSequence(batch.applied());
    }
}
