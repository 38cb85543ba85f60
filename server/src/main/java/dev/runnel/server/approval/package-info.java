/// What waits for a person to decide whether it may run.
///
/// Whoever is about to run something asks and waits; somebody else looks at what waits and decides. Nothing but an
/// explicit approval of just that spec lets it run: silence, a lost asker and the daemon's end are denials.
///
/// Start at [Approvals], what both sides call, and [Question], what is shown.
@NullMarked
package dev.runnel.server.approval;

import org.jspecify.annotations.NullMarked;
