package dev.runnel.executors.process;

import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellLimits;
import dev.runnel.executors.runner.Greeting;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.runner.Nursery;
import dev.runnel.executors.runner.NurserySettings;
import dev.runnel.executors.runner.RunnerNursery;
import dev.runnel.executors.runner.UidRange;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Starts nurseries, each a bubblewrap and a runner that opens cells.
///
/// @param command what its runner and its cells see
/// @param hidden names in /proc that cells don't show
/// @param languages whose interpreters are kept warm, where they say how
/// @param memory of a whole nursery
record NurseryMaker(
        Machine machine,
        NurseryCommand command,
        List<String> hidden,
        List<Language> languages,
        CellConfig config,
        DataSize memory)
        implements Nursery.Source<String> {
    /// Of a whole nursery. Sixty-four cells with the limit that is the default, and as much again for what
    /// the zygotes and inits are; well below what a machine has (kernel.pid_max).
    private static final int MAX_PROCESSES = 32_768;

    /// Of the random part of its cgroups' name, which is not the nonce: that one is for the channel alone.
    private static final int NAME_BYTES = 6;

    NurseryMaker {
        hidden = List.copyOf(hidden);
        languages = List.copyOf(languages);
    }

    @Override
    public Nursery start(String tenant) throws SandboxException, InterruptedException {
        var footprint = machine.footprint(1 + config.concurrent());
        var started = false;
        try {
            footprint.makeDirectory();
            var owner = footprint.uids().map(UidRange::first);
            var limits = new NurseryCgroup.Limits(
                    memory, MAX_PROCESSES, owner.map(OptionalInt::of).orElse(OptionalInt.empty()));
            var cgroup = machine.cgroups().createForNursery("nursery-" + Nonce.random(NAME_BYTES), limits);
            footprint.add(cgroup.group());
            var greeting = new Greeting.Nursery(BwrapCommand.WORKSPACE, settings());
            var connection = machine.start(footprint, command(footprint, cgroup), greeting);
            started = true;
            return new BwrapNursery(machine, new RunnerNursery(connection), footprint);
        } catch (IOException e) {
            throw new SandboxException(new Reason.Unavailable(), "a nursery could not be started: " + e, e);
        } finally {
            if (!started) {
                footprint.destroy();
            }
        }
    }

    List<String> command(Footprint footprint, NurseryCgroup cgroup) {
        var descriptors = new Descriptors();
        var options = new ArrayList<String>();
        Optional<String> namespace = footprint.uids().map(uids -> {
            var number = descriptors.reserve();
            options.addAll(List.of("--userns-fd", number));
            options.addAll(List.of("--map", BwrapCommand.UID + ":" + uids.first() + ":1"));
            var cells = NurseryCommand.FIRST_CELL_UID + ":" + (uids.first() + 1) + ":" + (uids.count() - 1);
            options.addAll(List.of("--map", cells));
            return number;
        });
        var runner = new ArrayList<>(Machine.runner(footprint));
        runner.addAll(List.of("--init", NurseryCommand.INIT));
        runner.addAll(cgroup.options(descriptors));
        var inside = command.argv(namespace, descriptors, runner);
        return machine.command(footprint, descriptors, cgroup.group(), options, inside);
    }

    NurserySettings settings() {
        var interpreters = new ArrayList<NurserySettings.Interpreter>();
        for (var language : languages) {
            language.warm()
                    .ifPresent(warm -> interpreters.add(NurserySettings.Interpreter.of(
                            language,
                            warm,
                            NurseryCommand.warmPath(language.name()),
                            Machine.ENVIRONMENT,
                            config.ahead(warm.kind()))));
        }
        return new NurserySettings(
                NurseryCommand.CELL,
                hidden,
                interpreters,
                config.coldAhead(),
                CellLimits.of(config.usual()),
                config.concurrent(),
                NurseryCommand.FIRST_CELL_UID,
                machine.uids().isPresent() ? config.concurrent() : 0,
                Optional.empty());
    }
}
