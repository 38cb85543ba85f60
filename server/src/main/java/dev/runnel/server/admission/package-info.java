/// How much may run and wait at a time.
///
/// Start at [Admission].
@NullMarked
package dev.runnel.server.admission;

import org.jspecify.annotations.NullMarked;
