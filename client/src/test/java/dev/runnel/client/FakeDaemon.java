package dev.runnel.client;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.AttachExecutionResponse;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelExecutionResponse;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A daemon whose answers a test scripts: one [Answer] per stream, in the order in which streams are
/// opened.
final class FakeDaemon implements AutoCloseable {
    /// What one stream brings.
    ///
    /// @param events in order
    /// @param end the status the stream ends with; OK when absent
    record Answer(List<ExecutionEvent> events, Optional<Throwable> end) {}

    final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    final BlockingQueue<ExecuteRequest> executes = new LinkedBlockingQueue<>();
    final BlockingQueue<AttachExecutionRequest> attaches = new LinkedBlockingQueue<>();
    final BlockingQueue<CancelExecutionRequest> cancels = new LinkedBlockingQueue<>();
    final FakeContent content = new FakeContent();
    final FakeConversations conversations = new FakeConversations();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Server server;

    FakeDaemon(Path socket, boolean tellsInstance) throws IOException {
        var builder = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .directExecutor()
                .addService(content)
                .addService(conversations)
                .addService(new Executions());
        server = (tellsInstance ? builder.intercept(new InstanceHeader()) : builder)
                .build()
                .start();
    }

    /// A status as the daemon makes it.
    static Throwable refusal(com.google.rpc.Code code, String reason, Any... more) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage("refused by the test")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setDomain("runnel.dev")
                        .setReason(reason)
                        .build()))
                .addAllDetails(List.of(more))
                .build());
    }

    /// Ends every stream and stops listening.
    @Override
    public void close() {
        server.shutdownNow();
        var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private final class Executions extends ExecutionServiceGrpc.ExecutionServiceImplBase {
        @Override
        public void execute(ExecuteRequest request, StreamObserver<ExecuteResponse> out) {
            executes.add(request);
            var answer = answers.remove();
            answer.events()
                    .forEach(event -> out.onNext(
                            ExecuteResponse.newBuilder().setEvent(event).build()));
            answer.end().ifPresentOrElse(out::onError, out::onCompleted);
        }

        @Override
        public void attachExecution(AttachExecutionRequest request, StreamObserver<AttachExecutionResponse> out) {
            attaches.add(request);
            var answer = answers.remove();
            answer.events()
                    .forEach(event -> out.onNext(
                            AttachExecutionResponse.newBuilder().setEvent(event).build()));
            answer.end().ifPresentOrElse(out::onError, out::onCompleted);
        }

        @Override
        public void cancelExecution(CancelExecutionRequest request, StreamObserver<CancelExecutionResponse> out) {
            cancels.add(request);
            out.onNext(CancelExecutionResponse.getDefaultInstance());
            out.onCompleted();
        }
    }

    private static final class InstanceHeader implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            return next.startCall(
                    new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, R>(call) {
                        @Override
                        public void sendHeaders(Metadata responseHeaders) {
                            responseHeaders.put(StreamCall.INSTANCE, "instance-1");
                            super.sendHeaders(responseHeaders);
                        }
                    },
                    headers);
        }
    }
}
