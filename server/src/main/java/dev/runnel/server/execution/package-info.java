/// One run of one program: what was asked, what was made of it, what happens to it, event by event.
///
/// Start at [ExecutionRequest], what a client asks for, and [Plan], what is made of it. Nothing here knows
/// protobuf or gRPC.
@NullMarked
package dev.runnel.server.execution;

import org.jspecify.annotations.NullMarked;
