package dev.runnel.executors.process;

import dev.runnel.executors.runner.Greeting;
import dev.runnel.executors.runner.RunnerSandbox;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Opens plain sandboxes, each a bubblewrap and a runner of its own.
///
/// @param bwrap what programs see
record SandboxMaker(Machine machine, BwrapCommand bwrap) {
    /// @param whenDestroyed run once, after nothing is left of a sandbox that was opened
    Sandbox open(SandboxSpec spec, Runnable whenDestroyed) throws SandboxException, InterruptedException {
        var footprint = machine.footprint(1);
        var opened = false;
        try {
            footprint.makeDirectory();
            var cgroup = footprint.add(machine.cgroups().create(spec.id(), spec.limits()));
            var connection = machine.start(
                    footprint, command(spec.limits(), footprint, cgroup), new Greeting.Plain(BwrapCommand.WORKSPACE));
            opened = true;
            var description = machine.describe(SandboxDescription.Kind.PLAIN);
            return new RunnerSandbox(description, connection, machine.defaults(spec.limits()), () -> {
                footprint.destroy();
                whenDestroyed.run();
            });
        } catch (IOException e) {
            throw new SandboxException(new Reason.Unavailable(), "a bubblewrap sandbox could not be opened: " + e, e);
        } finally {
            if (!opened) {
                footprint.destroy();
            }
        }
    }

    private List<String> command(SandboxLimits limits, Footprint footprint, SandboxCgroup cgroup) {
        var descriptors = new Descriptors();
        var inside = bwrap.argv(limits, descriptors, runner(footprint, cgroup, descriptors));
        return machine.command(footprint, descriptors, cgroup, List.of(), inside);
    }

    private static List<String> runner(Footprint footprint, SandboxCgroup cgroup, Descriptors descriptors) {
        var argv = new ArrayList<>(Machine.runner(footprint));
        cgroup.programJoins().forEach(file -> argv.addAll(List.of("--join-fd", descriptors.write(file))));
        for (var counter : cgroup.counters()) {
            var number =
                    counter.resettable() ? descriptors.readWrite(counter.file()) : descriptors.read(counter.file());
            argv.addAll(List.of("--counter", counter.name() + "=" + number));
        }
        return argv;
    }
}
