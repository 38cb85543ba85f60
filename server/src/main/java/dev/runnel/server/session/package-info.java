/// Sandboxes that are kept: a workspace across executions.
///
/// A session's sandbox is opened when the session is created, so that a client hears at once what can't be had, and
/// the first execution does not pay for it. One program runs at a time, first in, first out. A sandbox that was lost
/// is never replaced.
///
/// Start at [Sessions], what clients can do, and [Session], what one is doing; [SessionDirectory] is where
/// server.routing finds them.
@NullMarked
package dev.runnel.server.session;

import org.jspecify.annotations.NullMarked;
