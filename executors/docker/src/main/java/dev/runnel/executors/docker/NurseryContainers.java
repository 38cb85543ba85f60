package dev.runnel.executors.docker;

import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellLimits;
import dev.runnel.executors.runner.Nursery;
import dev.runnel.executors.runner.NurserySettings;
import dev.runnel.executors.runner.ProcMasks;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.WarmInterpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Starts containers in which cells are made: one for each tenant and image, with a uid of its own.
final class NurseryContainers implements Nursery.Source<NurseryContainers.Home> {
    /// Of the nursery's own, in which no program runs.
    private static final DataSize DISK = DataSize.ofMebibytes(16);

    /// Sixty-four cells with the limit that is the default, and as much again for zygotes and inits.
    private static final int MAX_PROCESSES = 32_768;

    private static final int MILLIS_OF_ONE_CPU = 1000;

    /// A nursery's cells have limits of their own; this one only keeps their sum from taking the whole machine.
    private static final int PERCENT_OF_MEMORY = 80;

    private final ContainerMaker maker;
    private final EngineProbe probe;
    private final CellConfig config;
    private final List<Language> languages;
    private final UidPool uids;

    NurseryContainers(
            ContainerMaker maker, EngineProbe probe, CellConfig config, List<Language> languages, UidPool uids) {
        this.maker = maker;
        this.probe = probe;
        this.config = config;
        this.languages = List.copyOf(languages);
        this.uids = uids;
    }

    /// What the cells of one container have in common.
    record Home(String tenant, ContainerImage image) {}

    @Override
    public ContainerNursery start(Home home) throws SandboxException, InterruptedException {
        var engine = probe.facts();
        var traits = probe.outside();
        var limits = new SandboxLimits(
                DataSize.ofBytes(engine.memory().bytes() / 100 * PERCENT_OF_MEMORY),
                MAX_PROCESSES,
                engine.processors() * MILLIS_OF_ONE_CPU,
                DISK);
        var kind = new Container.Kind(home.image(), limits, true, Extras.NONE, Optional.empty());
        var lease = uids.acquire(1);
        return new ContainerNursery(maker.makeNursery(kind, settings(home.image()), lease), traits.ofCells());
    }

    private NurserySettings settings(ContainerImage image) {
        var interpreters = new ArrayList<NurserySettings.Interpreter>();
        var copied = new ArrayList<String>();
        for (var language : languages) {
            language.prelude().ifPresent(_ -> copied.add(language.preludePath()));
            language.warm().ifPresent(warm -> {
                var prelude = WarmFolders.inside(language.name());
                // Only the interpreters that wait in a cell need it there.
                if (warm.kind() == WarmInterpreter.Kind.WAITING) {
                    copied.add(prelude);
                }
                interpreters.add(NurserySettings.Interpreter.of(
                        language, warm, prelude, Traits.environment(image), config.ahead(warm.kind())));
            });
        }
        return new NurserySettings(
                ContainerSpec.CELL,
                ProcMasks.NAMES,
                interpreters,
                config.coldAhead(),
                CellLimits.of(config.usual()),
                config.concurrent(),
                0,
                0,
                Optional.of(new NurserySettings.Assembly(copied)));
    }
}
