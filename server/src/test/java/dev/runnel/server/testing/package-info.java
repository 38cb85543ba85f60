/// What several tests of the daemon need.
@NullMarked
package dev.runnel.server.testing;

import org.jspecify.annotations.NullMarked;
