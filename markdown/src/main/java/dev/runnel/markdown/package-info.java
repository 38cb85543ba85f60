/// Finds the code blocks of a message: what to run, under which name, and where it stands.
///
/// Start at [MarkdownBlocks] and [CodeBlock]. Nothing here runs code, knows which languages can be run or judges a
/// file name; it reports what the message says. [Silenced] and [TemporaryName] are for a block that will be run.
@NullMarked
package dev.runnel.markdown;

import org.jspecify.annotations.NullMarked;
