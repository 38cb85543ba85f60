package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WarmInterpreter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Cells in containers whose programs are run by interpreters that have started already, with the preludes of the
/// distribution: nothing is shared but what started.
@Timeout(240)
final class WarmCellsTest {
    private static final Path LANGUAGES =
            Path.of("../../images").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CELLS = 50;

    /// The same for all forks of one interpreter, and another for each that is started.
    private static final String SEED = "print(hash('whose'))";

    /// When the interpreter started.
    private static final String BIRTH = "console.log(Math.floor(performance.timeOrigin))";

    @TempDir
    private Path runtime;

    private DockerExecutor executor;

    @BeforeEach
    void open() {
        executor = TestEngine.executor(TestEngine.cells(runtime, languages()));
    }

    @AfterEach
    void close() {
        executor.close();
    }

    @Test
    void pythonIsForkedFromOneThatHasStarted() throws Exception {
        awaitWarmPython();

        assertThat(python(SEED)).isEqualTo(python(SEED));
    }

    @Test
    void nodeHasStartedBeforeItsProgramIsAskedFor() throws Exception {
        Eventually.holds("node waits", PATIENCE, () -> {
            var before = InstantSource.system().millis();
            return Long.parseLong(node(BIRTH).strip()) < before;
        });
    }

    @Test
    void whatIsRandomIsAnotherInEachCell() throws Exception {
        awaitWarmPython();
        var found = new ArrayList<String>();

        for (var cell = 0; cell < CELLS; cell++) {
            var lines = python("""
                    import multiprocessing, os, random, ssl, tempfile, uuid
                    print(os.urandom(8).hex())
                    print(random.random())
                    print(ssl.RAND_bytes(8).hex())
                    print(uuid.uuid4())
                    print(tempfile.mkdtemp())
                    print(bytes(multiprocessing.current_process().authkey).hex())
                    """).lines().toList();
            assertThat(lines).hasSize(6);
            found.addAll(lines);
        }

        assertThat(new HashSet<>(found)).hasSize(6 * CELLS);
    }

    @Test
    void whatWasInOneProgramIsNotInTheMemoryOfTheNext() throws Exception {
        awaitWarmPython();
        var token = Nonce.random(24);
        var half = token.length() / 2;
        // The one who searches must not hold what it looks for.
        var search = """
                import os
                wanted = '%s'[::-1], '%s'
                found = 0
                for line in open('/proc/self/maps'):
                    first, last = (int(end, 16) for end in line.split()[0].split('-'))
                    if 'r' not in line.split()[1] or '[v' in line: continue
                    with open('/proc/self/mem', 'rb') as memory:
                        memory.seek(first)
                        text = memory.read(last - first)
                    place = text.find(wanted[1].encode())
                    while place >= 0:
                        found += text[place - len(wanted[0]):place] == wanted[0].encode()
                        place = text.find(wanted[1].encode(), place + 1)
                print('found', found)
                """.formatted(new StringBuilder(token.substring(0, half)).reverse(), token.substring(half));

        assertThat(python("kept = '" + token + "'\n" + search)).isNotEqualTo("found 0\n");
        assertThat(python(search)).isEqualTo("found 0\n");
    }

    private void awaitWarmPython() throws Exception {
        Eventually.holds("python is forked", PATIENCE, () -> python(SEED).equals(python(SEED)));
    }

    private String python(String code) throws SandboxException, InterruptedException {
        return run("python", "python3", "main.py", code);
    }

    private String node(String code) throws SandboxException, InterruptedException {
        return run("javascript", "node", "main.js", code);
    }

    private String run(String language, String interpreter, String file, String code)
            throws SandboxException, InterruptedException {
        var named = Optional.of(language);
        try (var cell = executor.open(new SandboxSpec(
                "warm", "a", Probes.LIMITS, Optional.empty(), named, named, Optional.empty(), Extras.NONE))) {
            return Probes.found(cell, interpreter, file, code, named);
        }
    }

    private static List<Language> languages() {
        return List.of(
                warm(
                        "python",
                        List.of("python3", "{file}"),
                        new Kept(
                                WarmInterpreter.Kind.FORKED,
                                List.of("python3", "{file}"),
                                Map.of("PYTHONPATH", "{warm}"))),
                warm(
                        "javascript",
                        List.of("node", "{file}"),
                        new Kept(
                                WarmInterpreter.Kind.WAITING,
                                List.of("sh", "-c", "cd / && exec node \"$OLDPWD/{file}\""),
                                Map.of("NODE_OPTIONS", "--require={warm}/wait.js"))));
    }

    /// As images/*/language.yaml has it.
    private record Kept(WarmInterpreter.Kind kind, List<String> command, Map<String, String> environment) {}

    private static Language warm(String name, List<String> command, Kept kept) {
        var file = name.equals("python") ? "main.py" : "main.js";
        return new Language(
                name,
                List.of(),
                file,
                command,
                List.of(command.getFirst(), "--version"),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new WarmInterpreter(
                        kept.kind(),
                        kept.command(),
                        kept.environment(),
                        List.of(),
                        List.of(),
                        LANGUAGES.resolve(name).resolve("warm"))));
    }
}
