package dev.runnel.server.observe;

import java.util.logging.Level;
import java.util.logging.Logger;

/// What gRPC says through java.util.logging, which logback.xml does not reach.
public final class JavaLogging {
    /// Warns, with a stack trace, of every client that went away while something was being sent to it. Held
    /// here because java.util.logging forgets the level of a logger that nobody holds.
    private static final Logger LOST_CLIENTS =
            Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

    private JavaLogging() {}

    /// Leaves out what is no news to an operator.
    public static void quieten() {
        LOST_CLIENTS.setLevel(Level.SEVERE);
    }
}
