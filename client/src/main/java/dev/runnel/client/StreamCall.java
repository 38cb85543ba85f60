package dev.runnel.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// One call that streams answers, read by blocking.
///
/// Holds at most [#WINDOW] messages; when the reader is slow, HTTP/2 holds the rest back in the daemon.
///
/// @param <T> what is taken from each message
final class StreamCall<T> {
    /// Messages taken ahead of the reader.
    static final int WINDOW = 16;

    static final Metadata.Key<String> INSTANCE = Metadata.Key.of("runnel-instance", Metadata.ASCII_STRING_MARSHALLER);

    /// What a call brings next.
    sealed interface Signal<T> {
        /// A message.
        record Message<T>(T value) implements Signal<T> {}

        /// The end of the call.
        record Closed<T>(Status status, Metadata trailers) implements Signal<T> {}
    }

    private final BlockingQueue<Signal<T>> signals = new LinkedBlockingQueue<>();
    private final AtomicReference<String> instance = new AtomicReference<>("");
    private final ClientCall<?, ?> call;
    private int taken;

    private StreamCall(ClientCall<?, ?> call) {
        this.call = call;
    }

    /// Starts a call and sends its only request.
    static <Q, R, T> StreamCall<T> start(
            Channel channel, MethodDescriptor<Q, R> method, Q request, Function<R, T> content) {
        ClientCall<Q, R> call = channel.newCall(method, CallOptions.DEFAULT);
        var stream = open(call, content);
        call.sendMessage(request);
        call.halfClose();
        return stream;
    }

    /// Starts a call whose requests are the caller's to send.
    static <Q, R, T> StreamCall<T> open(ClientCall<Q, R> call, Function<R, T> content) {
        var stream = new StreamCall<T>(call);
        call.start(stream.listener(content), new Metadata());
        call.request(WINDOW);
        return stream;
    }

    /// Waits for the next message or the end. After the end there is nothing more to take.
    Signal<T> take() throws InterruptedException {
        var signal = signals.take();
        if (signal instanceof Signal.Message && ++taken == WINDOW / 2) {
            call.request(taken);
            taken = 0;
        }
        return signal;
    }

    /// The instance of the daemon that answers, once its headers have come.
    Optional<String> instance() {
        return Optional.of(instance.get()).filter(id -> !id.isEmpty());
    }

    /// Ends the call from this side.
    void cancel(String why) {
        call.cancel(why, null);
    }

    private <R> ClientCall.Listener<R> listener(Function<R, T> content) {
        return new ClientCall.Listener<>() {
            @Override
            public void onHeaders(Metadata headers) {
                var id = headers.get(INSTANCE);
                if (id != null) {
                    instance.set(id);
                }
            }

            @Override
            public void onMessage(R message) {
                signals.add(new Signal.Message<>(content.apply(message)));
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                signals.add(new Signal.Closed<>(status, trailers));
            }
        };
    }
}
