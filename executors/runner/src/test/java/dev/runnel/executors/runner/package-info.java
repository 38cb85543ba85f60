/// Tests against [FakeRunner], a peer written in Java that says what a test wants it to say.
@NullMarked
package dev.runnel.executors.runner;

import org.jspecify.annotations.NullMarked;
