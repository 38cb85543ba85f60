package dev.runnel.server.rpc;

import dev.runnel.server.execution.ExecutionFilter;
import dev.runnel.server.execution.ExecutionWatch;
import dev.runnel.server.execution.ExecutionWatch.Step;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.Heartbeat;
import dev.runnel.v1.WatchExecutionsResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/// One call of WatchExecutions. Its tokens say where the watch is, in which instance of the daemon and with
/// which filter.
final class WatchCall {
    private static final int TOKEN_BYTES = Integer.BYTES + Integer.BYTES + Long.BYTES;

    private final String instance;
    private final ExecutionFilter filter;

    WatchCall(String instance, ExecutionFilter filter) {
        this.instance = instance;
        this.filter = filter;
    }

    /// Where an earlier watch was; absent without a token, or with one of another instance.
    Optional<Long> position(String token) throws RefusedException {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
        } catch (IllegalArgumentException _) {
            throw notAToken();
        }
        if (bytes.remaining() != TOKEN_BYTES || bytes.getInt() != filter.hashCode()) {
            throw notAToken();
        }
        return bytes.getInt() == instance.hashCode() ? Optional.of(bytes.getLong()) : Optional.empty();
    }

    void stream(ExecutionWatch watch, Duration silence, Reply<WatchExecutionsResponse> reply)
            throws RefusedException, InterruptedException {
        while (true) {
            var steps = watch.next(silence);
            if (steps.isEmpty()) {
                reply.send(WatchExecutionsResponse.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build());
            }
            for (var step : steps) {
                reply.send(step(step));
            }
        }
    }

    private WatchExecutionsResponse step(Step step) {
        var message = WatchExecutionsResponse.newBuilder();
        switch (step) {
            case Step.Present(var execution) -> message.setExecution(ToProto.execution(execution));
            case Step.Synced(var position) ->
                message.setSynced(WatchExecutionsResponse.Synced.getDefaultInstance())
                        .setResumeToken(token(position));
            case Step.Changed(var execution, var position) ->
                message.setExecution(ToProto.execution(execution)).setResumeToken(token(position));
            case Step.Removed(var execution, var position) ->
                message.setRemovedExecutionId(execution).setResumeToken(token(position));
        }
        return message.build();
    }

    private String token(long position) {
        var bytes = ByteBuffer.allocate(TOKEN_BYTES)
                .putInt(filter.hashCode())
                .putInt(instance.hashCode())
                .putLong(position);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static RefusedException notAToken() {
        return RefusedException.fieldInvalid("resume_token", "is not the token of a watch with this filter");
    }
}
