package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.NurserySettings;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.runner.UidRange;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.WarmInterpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the launcher and the runner of a nursery are told.
final class NurseryMakerTest {
    private static final int CELLS = CellConfig.DEFAULT.concurrent();

    @TempDir
    private Path folder;

    @Test
    void interpretersAreKeptWithTheirPathsInsideAndNothingOfTheDaemons() throws IOException {
        try (var machine = machine(Optional.empty())) {
            var settings = maker(machine, List.of(warm(), Bubblewrap.BASH)).settings();

            var environment = new HashMap<>(Machine.ENVIRONMENT);
            environment.put("HOOK", "/run/runnel/warm/lisp/hook.l");
            environment.put("RUNNEL_PRELOAD", "loop,format.pretty");
            assertThat(settings.interpreters())
                    .containsExactly(new NurserySettings.Interpreter(
                            "lisp",
                            WarmInterpreter.Kind.WAITING,
                            List.of("lisp", "--wait=/run/runnel/warm/lisp", "main.l"),
                            environment,
                            CellConfig.DEFAULT.waitingAhead()));
            assertThat(settings.root()).isEqualTo("/cell");
            assertThat(settings.hidden()).containsExactly("keys");
            assertThat(settings.uidCount()).isZero();
        }
    }

    @Test
    void theUserNamespaceMapsTheRunnerAndACellEachToUidsOfTheLease() throws IOException, SandboxException {
        var pool = UidPool.open(new UidRange(230_000, 1 + CELLS), folder.resolve("uids"), _ -> false);
        try (var machine = machine(Optional.of(pool))) {
            var maker = maker(machine, List.of());
            var footprint = machine.footprint(1 + CELLS);

            var command = String.join(" ", maker.command(footprint, NurseryCgroup.NONE));

            assertThat(command)
                    .contains(" --uid 230000 --gid 230000 ")
                    .contains(" --userns-fd 4 --map 1000:230000:1 --map 2000:230001:" + CELLS + " -- ")
                    .contains(" --userns 4 ")
                    .endsWith(" --init /run/runnel/cell-init");
            assertThat(maker.settings().firstUid()).isEqualTo(2000);
            assertThat(maker.settings().uidCount()).isEqualTo(CELLS);
            footprint.destroy();
        }
    }

    @Test
    void aNurseryHasFourFifthsOfTheMachinesMemory() throws IOException {
        assertThat(PhysicalMemory.shareOf("MemTotal:        1000 kB\nMemFree:          10 kB\n"))
                .isEqualTo(DataSize.ofKibibytes(800));
    }

    private Machine machine(Optional<UidPool> uids) throws IOException {
        var instance = InstanceDirectory.create(Files.createDirectory(folder.resolve("r")), Reaper::reap);
        return new Machine(Path.of("/opt/runnel-launch"), instance, new Cgroups.None("off"), uids);
    }

    private static NurseryMaker maker(Machine machine, List<Language> languages) {
        var command = new NurseryCommand(Path.of("/usr/bin/bwrap"), List.of(), List.of());
        var memory = DataSize.ofMebibytes(1);
        return new NurseryMaker(machine, command, List.of("keys"), languages, CellConfig.DEFAULT, memory);
    }

    private static Language warm() {
        var warm = new WarmInterpreter(
                WarmInterpreter.Kind.WAITING,
                List.of("lisp", "--wait={warm}", "{file}"),
                Map.of("HOOK", "{warm}/hook.l"),
                List.of("loop", "format.pretty"),
                List.of(),
                Path.of("/opt/runnel/lisp/warm"));
        return new Language(
                "lisp",
                List.of(),
                "main.l",
                List.of("lisp", "{file}"),
                List.of("lisp", "--version"),
                Map.of("ONLY_COLD", "1"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(warm));
    }
}
