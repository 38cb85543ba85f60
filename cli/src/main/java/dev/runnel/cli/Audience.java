package dev.runnel.cli;

import dev.runnel.client.RunnelException;
import dev.runnel.v1.ExecutionEvent;

/// Whom a command tells what happens to an execution: a person or a machine.
interface Audience {
    /// An event, as soon as it came.
    void event(ExecutionEvent event);

    /// The execution ended; `last` is its terminal event.
    void ended(String executionId, ExecutionEvent last);

    /// The daemon refused, or could not be reached.
    void refused(RunnelException refusal);

    /// Something of ours: a file that came back, a block that was skipped.
    void note(String text);
}
