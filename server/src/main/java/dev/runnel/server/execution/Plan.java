package dev.runnel.server.execution;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Program;
import java.util.List;

/// All that is needed to run a spec: what [Resolver] makes of it.
///
/// Holds on to uploaded content from when it is made until it is closed, so that none expires in between.
/// Whoever has a plan closes it, once.
///
/// @param output the output limit, by which a detached execution is admitted
/// @param stdin what the program reads
/// @param sandboxes where its sandbox comes from
/// @param artifacts globs, taken after the end
/// @param content lets go of uploaded content
public record Plan(
        ResolvedSpec spec,
        Program program,
        DataSize output,
        Stdin stdin,
        SandboxSource sandboxes,
        List<String> artifacts,
        ContentHold content)
        implements AutoCloseable {
    public Plan {
        artifacts = List.copyOf(artifacts);
    }

    @Override
    public void close() {
        content.close();
    }

    /// What the program reads.
    public sealed interface Stdin {
        /// These bytes, then the end; none at all is a closed standard input.
        record Bytes(Content content) implements Stdin {}

        /// What WriteStdin brings.
        record KeptOpen() implements Stdin {}
    }

    /// Keeps content from expiring.
    @FunctionalInterface
    public interface ContentHold extends AutoCloseable {
        /// Nothing is held.
        ContentHold NONE = () -> {};

        @Override
        void close();
    }
}
