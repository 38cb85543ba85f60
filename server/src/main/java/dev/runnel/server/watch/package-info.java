/// What changed, for those who watch.
///
/// A watch is a snapshot, a mark, and then what changes. Start at [Changes].
@NullMarked
package dev.runnel.server.watch;

import org.jspecify.annotations.NullMarked;
