package dev.runnel.cli;

import dev.runnel.client.ExecutionStream;
import dev.runnel.client.RunnelClient;
import dev.runnel.client.RunnelException;
import dev.runnel.v1.Artifact;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Follows executions to their ends and tells their audiences, one after the other; Ctrl-C cancels the one
/// that runs.
final class Follower {
    private final RunnelClient client;
    private final AtomicReference<Optional<String>> running = new AtomicReference<>(Optional.empty());
    private volatile boolean interrupted;

    Follower(RunnelClient client) {
        this.client = client;
    }

    /// How an execution ended for this command.
    ///
    /// @param artifacts what the daemon kept of the workspace
    record End(int exitCode, List<Artifact> artifacts) {}

    /// Lets the first Ctrl-C cancel what runs, and the second one leave at once with exit code 130.
    void cancelOnCtrlC() {
        CtrlC.install(this::cancel, () -> Runtime.getRuntime().exit(ExitCode.CANCELLED));
    }

    /// True when Ctrl-C was pressed: nothing more is to be started.
    boolean isInterrupted() {
        return interrupted;
    }

    /// Reads the stream to its end.
    ///
    /// @param onAccepted what can begin once the execution exists
    End follow(ExecutionStream stream, Audience audience, Runnable onAccepted) throws InterruptedException {
        var artifacts = new ArrayList<Artifact>();
        running.set(Optional.of(stream.executionId()));
        try (stream) {
            var last = stream.readToEnd(event -> {
                if (event.hasAccepted()) {
                    onAccepted.run();
                    if (interrupted) {
                        var _ = Thread.startVirtualThread(this::cancel);
                    }
                }
                if (event.hasArtifact()) {
                    artifacts.add(event.getArtifact());
                }
                audience.event(event);
            });
            audience.ended(stream.executionId(), last);
            return new End(ExitCode.of(last), artifacts);
        } catch (RunnelException refusal) {
            audience.refused(refusal);
            return new End(ExitCode.RUNNEL_FAILED, List.of());
        } finally {
            running.set(Optional.empty());
        }
    }

    private void cancel() {
        interrupted = true;
        running.get().ifPresent(id -> {
            try {
                var _ = client.cancelExecution(CancelExecutionRequest.newBuilder()
                        .setExecutionId(id)
                        .setMode(CancelMode.CANCEL_MODE_INTERRUPT)
                        .build());
            } catch (RunnelException _) {
                // Not accepted yet: the event will bring it here again. Ended: there is nothing to cancel.
            }
        });
    }
}
