/// Containers of a Docker Engine. One runner is pid 1 of each, and its channel is a Unix socket of its own.
@NullMarked
package dev.runnel.executors.docker;

import org.jspecify.annotations.NullMarked;
