package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;
import java.util.Map;

/// What a back end adds to every program of a sandbox.
///
/// @param environment beneath the program's own
/// @param openFiles RLIMIT_NOFILE
/// @param processes RLIMIT_NPROC; 0 where a cgroup counts
/// @param watchdogMemory resident memory of the tree at which the runner kills; 0 where a cgroup limits
public record ProgramDefaults(Map<String, String> environment, int openFiles, int processes, DataSize watchdogMemory) {
    public ProgramDefaults {
        environment = Map.copyOf(environment);
        if (openFiles < 3 || processes < 0) {
            throw new IllegalArgumentException("openFiles must be 3 or more, processes 0 or more");
        }
    }
}
