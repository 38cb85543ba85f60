package dev.runnel.server.execution;

import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.server.content.ArtifactCollector;
import dev.runnel.server.refusal.Failure;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/// What an event tells. Grammar:
///
///     Accepted Queued* [Started Output* Collected*] (Finished | Failed)
public sealed interface Kind {
    /// The execution exists from here on.
    record Accepted(String executionId, String instanceId, ResolvedSpec spec) implements Kind {}

    /// It has to wait.
    ///
    /// @param ahead how many are before it, where known
    record Queued(QueueReason reason, OptionalInt ahead) implements Kind {}

    /// The program was started; wall time counts from here.
    record Started() implements Kind {}

    /// The program wrote something.
    ///
    /// @param offset bytes of this stream before these
    /// @param data 1 to 65,536 bytes; shared by all readers, so nobody moves its position or changes it
    record Output(Stream stream, long offset, ByteBuffer data) implements Kind {}

    /// A file was taken from the workspace, or was not.
    record Collected(ArtifactCollector.Artifact artifact) implements Kind {}

    /// The end, with an outcome.
    record Finished(Result result) implements Terminal {}

    /// The end, without one.
    ///
    /// @param programMayHaveRun false only if it is certain that nothing of the program ran
    record Failed(Failure failure, boolean programMayHaveRun) implements Terminal {}

    /// The last event of every execution.
    sealed interface Terminal extends Kind {}

    /// What an execution waits for.
    enum QueueReason {
        DAEMON,
        TENANT,
        SESSION
    }
}
