/// What the daemon asks of an executor: open a [Sandbox], run a [Program] in it, take its output while it runs.
///
/// Start at [Executor] and [Sandbox]. Everything is a blocking call on a virtual thread; interrupt is cancel.
/// The
/// module
/// depends on nothing but the JDK, so an executor can be written without knowing gRPC, protobuf or the daemon.
@NullMarked
package dev.runnel.executors.spi;

import org.jspecify.annotations.NullMarked;
