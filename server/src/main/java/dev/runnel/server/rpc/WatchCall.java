package dev.runnel.server.rpc;

import dev.runnel.server.execution.ExecutionFilter;
import dev.runnel.server.execution.ExecutionWatch;
import dev.runnel.server.execution.ExecutionWatch.Step;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.Heartbeat;
import dev.runnel.v1.WatchExecutionsResponse;
import java.time.Duration;
import java.util.Optional;

/// One call of WatchExecutions.
final class WatchCall {
    private final WatchTokens tokens;

    WatchCall(String instance, ExecutionFilter filter) {
        tokens = new WatchTokens(instance, filter);
    }

    /// Where an earlier watch was; absent without a token, or with one of another instance.
    Optional<Long> position(String token) throws RefusedException {
        return tokens.position(token);
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
                        .setResumeToken(tokens.token(position));
            case Step.Changed(var execution, var position) ->
                message.setExecution(ToProto.execution(execution)).setResumeToken(tokens.token(position));
            case Step.Removed(var execution, var position) ->
                message.setRemovedExecutionId(execution).setResumeToken(tokens.token(position));
        }
        return message.build();
    }
}
