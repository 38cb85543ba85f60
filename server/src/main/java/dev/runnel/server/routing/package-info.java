/// From what a client asks for to what will run: the language, the executor, each limit, the command.
///
/// Start at [Router], which makes a plan of a spec, and [Placer], which chooses the executor. [Languages] are data,
/// one folder each. Nothing here opens a sandbox before the plan is run.
@NullMarked
package dev.runnel.server.routing;

import org.jspecify.annotations.NullMarked;
