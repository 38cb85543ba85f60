package dev.runnel.client;

import dev.runnel.v1.ConversationServiceGrpc;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Conversations as a test scripts them: one [Answer] per stream, in the order in which streams are opened.
final class FakeConversations extends ConversationServiceGrpc.ConversationServiceImplBase {
    static final String HALF_CLOSE = "half-close";
    static final String CANCEL = "cancel";

    /// What one stream brings.
    ///
    /// @param after how many requests have come
    /// @param responses in order
    /// @param end the status the stream ends with; OK when absent
    record Answer(int after, List<ConverseResponse> responses, Optional<Throwable> end) {}

    final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    final BlockingQueue<ConverseRequest> requests = new LinkedBlockingQueue<>();

    /// How clients ended their sides.
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @Override
    public StreamObserver<ConverseRequest> converse(StreamObserver<ConverseResponse> out) {
        var answer = answers.remove();
        return new StreamObserver<>() {
            private int come;

            @Override
            public void onNext(ConverseRequest request) {
                requests.add(request);
                if (++come == answer.after()) {
                    answer.responses().forEach(out::onNext);
                    answer.end().ifPresentOrElse(out::onError, out::onCompleted);
                }
            }

            @Override
            public void onError(Throwable gone) {
                ends.add(CANCEL);
            }

            @Override
            public void onCompleted() {
                ends.add(HALF_CLOSE);
            }
        };
    }
}
