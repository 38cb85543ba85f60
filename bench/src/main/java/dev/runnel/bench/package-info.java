/// What is measured, and against what.
///
/// [Quick] prints every row of the project's promises as measured, reference, ratio and target, and fails when one is
/// missed. Timing is measured here and nowhere else; no unit test asserts a time.
@NullMarked
package dev.runnel.bench;

import org.jspecify.annotations.NullMarked;
