package dev.runnel.executors.runner;

/// What a runner said of itself when it was ready.
///
/// @param version for logs
/// @param maxRuns programs it serves at a time
/// @param countsOomKills whether it can tell a kill for memory from another
/// @param joinsCgroup whether its programs join a cgroup of their own
public record RunnerFeatures(String version, int maxRuns, boolean countsOomKills, boolean joinsCgroup) {}
