/// Tests of the process executor: pure ones, and ones that open real bubblewrap sandboxes ([Bubblewrap]).
@NullMarked
package dev.runnel.executors.process;

import org.jspecify.annotations.NullMarked;
