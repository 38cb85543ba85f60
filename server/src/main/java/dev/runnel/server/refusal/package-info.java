/// Why the daemon does not do what it was asked: one sealed list for every service, which the edge turns into
/// statuses in one switch.
///
/// Start at [Refusal] and [RefusedException].
@NullMarked
package dev.runnel.server.refusal;

import org.jspecify.annotations.NullMarked;
