/// What an operator sees: health and incidents.
///
/// Start at [Incidents].
@NullMarked
package dev.runnel.server.observe;

import org.jspecify.annotations.NullMarked;
