/// The `runnel` command: run a block, run a Markdown file, start the daemon, ask it things.
///
/// Start at [Main] and [RunnelCommand]. One class per subcommand; what a subcommand decides is in small
/// classes that know nothing of picocli.
@NullMarked
package dev.runnel.cli;

import org.jspecify.annotations.NullMarked;
