package dev.runnel.executors.spi;

/// How a stock of sandboxes that are opened ahead has done.
///
/// @param hits sandboxes that were there when they were asked for
/// @param misses sandboxes that had to be opened for the one who asked
/// @param ready sandboxes that wait now
public record PoolStatistics(long hits, long misses, int ready) {}
