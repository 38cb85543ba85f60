/// The daemon: what is made, in which order, and why.
///
/// Start at [Main], which knows the back ends, and [Daemon], which puts everything else together.
@NullMarked
package dev.runnel.server;

import org.jspecify.annotations.NullMarked;
