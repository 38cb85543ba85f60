/// One start of the daemon: its id, and the directory that lives and dies with it.
///
/// Start at [InstanceDirectory].
@NullMarked
package dev.runnel.server.instance;

import org.jspecify.annotations.NullMarked;
