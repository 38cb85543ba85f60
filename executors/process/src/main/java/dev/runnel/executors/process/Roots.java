package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The roots that programs, runners and cells have, put together from what the host has and what is Runnel's.
///
/// @param etc where the files of every sandbox's /etc are kept
record Roots(HostSystem host, OwnFiles own, Path etc) {
    BwrapCommand sandbox(ProcessExecutorConfig config) throws IOException {
        var root = system();
        root.addAll(own.inSandbox(config.runner(), config.languages()));
        var version = BwrapVersion.of(config.bwrap());
        return new BwrapCommand(config.bwrap(), version.disablesUserns(), root, host.masks());
    }

    NurseryCommand nursery(ProcessExecutorConfig config) throws IOException {
        var root = system();
        root.addAll(own.inNursery(config.runner(), config.cellInit(), config.forker(), config.languages()));
        var cell = system();
        cell.addAll(own.inCell(config.languages()));
        return new NurseryCommand(config.bwrap(), root, cell);
    }

    private List<RootEntry> system() throws IOException {
        var entries = new ArrayList<>(host.systemDirectories());
        entries.add(new RootEntry.Directory("/etc"));
        entries.addAll(EtcFiles.write(etc));
        entries.addAll(host.etc());
        return entries;
    }
}
