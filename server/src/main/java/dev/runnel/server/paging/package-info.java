/// Lists in pages, newest first, for every service that has one.
///
/// Start at [NewestFirst].
@NullMarked
package dev.runnel.server.paging;

import org.jspecify.annotations.NullMarked;
