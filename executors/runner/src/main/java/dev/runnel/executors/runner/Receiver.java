package dev.runnel.executors.runner;

import dev.runnel.runner.v1.FrameType;
import java.nio.ByteBuffer;

/// One run, file transfer or cell, as the reader of a [RunnerConnection] sees it. Never blocks.
interface Receiver {
    /// Its number on the channel, from [RunnerConnection#nextRun].
    long run();

    /// The cell it is in; 0 for what is in none.
    long cell();

    /// A whole message or a piece of data for this run.
    ///
    /// @return whether it was the last one
    /// @throws ProtocolViolationException when it may not come now
    boolean receive(FrameType type, ByteBuffer payload) throws ProtocolViolationException;

    /// Its cell is about to be closed at the daemon's wish: what it waits for may end in any way from here
    /// on. Called by the thread that closes.
    void closing();

    /// Its cell is closed.
    ///
    /// @throws ProtocolViolationException when it must have ended before
    void cellClosed() throws ProtocolViolationException;

    /// The channel is gone and the sandbox destroyed, or it could not be opened any more. Nothing comes
    /// after this.
    void lost(String why);
}
