/// Tests of the testkit itself: the fake executor passes the contract.
@NullMarked
package dev.runnel.executors.testkit;

import org.jspecify.annotations.NullMarked;
