package dev.runnel.executors.runner;

import dev.runnel.runner.v1.FrameType;
import java.nio.ByteBuffer;

/// One run or file transfer, as the reader of a [RunnerConnection] sees it. Never blocks.
interface Receiver {
    /// A whole message or a piece of data for this run.
    ///
    /// @return whether it was the last one
    /// @throws ProtocolViolationException when it may not come now
    boolean receive(FrameType type, ByteBuffer payload) throws ProtocolViolationException;

    /// The channel is gone and the sandbox destroyed. Nothing comes after this.
    void lost(String why);
}
