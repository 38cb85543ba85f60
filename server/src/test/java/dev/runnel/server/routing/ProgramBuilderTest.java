package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Secret;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.ProgramSpec;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.testing.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramBuilderTest {
    private static final RunLimits LIMITS = new RunLimits(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            DataSize.ofBytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofBytes(1));

    private static final Language PYTHON = new Language(
            "python",
            List.of("py"),
            "main.py",
            List.of("python3", "{file}"),
            List.of("python3", "--version"),
            Map.of("PYTHONPATH", "{prelude}", "PYTHONUTF8", "1"),
            Optional.of(Path.of("/prelude")),
            Optional.empty());

    private Contents contents;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        var bounds = new ContentStore.Bounds(DataSize.ofMebibytes(1), Duration.ofHours(1));
        contents = new Contents(ContentStore.open(directory, bounds, new MovableClock()), Tenant.LOCAL);
    }

    private record Asked(
            Optional<String> file,
            String directory,
            List<String> arguments,
            Map<String, String> environment,
            Map<String, Secret> secrets,
            List<ProgramSpec.File> files,
            Buffering buffering,
            List<String> flags) {
        static final Asked NOTHING =
                new Asked(Optional.empty(), "", List.of(), Map.of(), Map.of(), List.of(), Buffering.LINE);

        Asked(
                Optional<String> file,
                String directory,
                List<String> arguments,
                Map<String, String> environment,
                Map<String, Secret> secrets,
                List<ProgramSpec.File> files,
                Buffering buffering) {
            this(file, directory, arguments, environment, secrets, files, buffering, List.of());
        }

        Asked with(Map<String, String> environment, Buffering buffering) {
            return new Asked(file, directory, arguments, environment, secrets, files, buffering);
        }

        Asked with(List<String> arguments, List<String> flags) {
            return new Asked(file, directory, arguments, environment, secrets, files, buffering, flags);
        }

        Asked in(String file, String directory) {
            return new Asked(Optional.of(file), directory, arguments, environment, secrets, files, buffering);
        }
    }

    private Program build(Asked asked) throws RefusedException {
        var spec = new ProgramSpec(
                "python",
                ContentSource.inline(new byte[] {'1'}),
                asked.file().map(WorkspacePath::of),
                asked.arguments(),
                asked.environment(),
                asked.secrets(),
                asked.files(),
                WorkspacePath.of(asked.directory()),
                true,
                asked.buffering(),
                false,
                asked.flags());
        return new ProgramBuilder(PYTHON, spec).build(contents, LIMITS);
    }

    @Test
    void theSourceGoesToTheLanguagesFileAndTheCommandRunsIt() throws Exception {
        var program = build(new Asked(
                Optional.empty(), "", List.of("-x", "{file}"), Map.of(), Map.of(), List.of(), Buffering.LINE));

        assertThat(program.files()).extracting(InputFile::path).containsExactly(WorkspacePath.of("main.py"));
        assertThat(program.argv()).containsExactly("python3", "main.py", "-x", "{file}");
        assertThat(program.mergeStderr()).isTrue();
        assertThat(program.limits()).isEqualTo(LIMITS);
    }

    @Test
    void flagsOfTheInterpreterStandBeforeTheFileAndArgumentsBehindIt() throws Exception {
        var program = build(Asked.NOTHING.with(List.of("-a", "b"), List.of("-W", "error")));

        assertThat(program.argv()).containsExactly("python3", "-W", "error", "main.py", "-a", "b");
    }

    @ParameterizedTest
    @CsvSource({
        "a.py, '', a.py",
        "sub/a.py, '', sub/a.py",
        "a.py, sub, ../a.py",
        "sub/a.py, sub, a.py",
        "sub/a.py, sub/deep, ../a.py",
        "x/a.py, y/z, ../../x/a.py",
        "a, a/b, ../../a",
        "-c, '', ./-c",
    })
    void theCommandNamesTheFileAsItsDirectorySeesIt(String file, String directory, String expected) throws Exception {
        assertThat(build(Asked.NOTHING.in(file, directory)).argv()).containsExactly("python3", expected);
    }

    @Test
    void theLanguagesEnvironmentLiesBeneathTheRequests() throws Exception {
        var program = build(Asked.NOTHING.with(Map.of("A", "1", "PYTHONUTF8", "0"), Buffering.LINE));

        assertThat(program.environment())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("A", "1", "PYTHONUTF8", "0", "PYTHONPATH", "/run/runnel/preludes/python"));
    }

    @Test
    void aSearchPathOfTheRequestComesAfterThePreludes() throws Exception {
        var program = build(Asked.NOTHING.with(Map.of("PYTHONPATH", "lib"), Buffering.LINE));

        assertThat(program.environment()).containsEntry("PYTHONPATH", "/run/runnel/preludes/python:lib");
    }

    @Test
    void nativeBufferingLeavesThePreludeOut() throws Exception {
        var program = build(Asked.NOTHING.with(Map.of("PYTHONPATH", "lib"), Buffering.NATIVE));

        assertThat(program.environment()).doesNotContainValue("/run/runnel/preludes/python");
        assertThat(program.environment()).containsEntry("PYTHONPATH", "lib");
    }

    @Test
    void secretsAreInTheEnvironment() throws Exception {
        var program = build(new Asked(
                Optional.empty(),
                "",
                List.of(),
                Map.of(),
                Map.of("TOKEN", new Secret("s3cret")),
                List.of(),
                Buffering.LINE));

        assertThat(program.environment()).containsEntry("TOKEN", "s3cret");
    }

    @Test
    void aNameThatIsSecretAndNotIsRefused() {
        var asked = new Asked(
                Optional.empty(),
                "",
                List.of(),
                Map.of("TOKEN", "a"),
                Map.of("TOKEN", new Secret("s3cret")),
                List.of(),
                Buffering.LINE);

        assertThatThrownBy(() -> build(asked))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("spec.program.secret_env")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aFileInTheProgramsOwnPlaceIsRefused() {
        var other = new ProgramSpec.File(WorkspacePath.of("data"), ContentSource.inline(new byte[0]), 0600);
        var clash = new ProgramSpec.File(WorkspacePath.of("main.py"), ContentSource.inline(new byte[0]), 0600);
        var asked =
                new Asked(Optional.empty(), "", List.of(), Map.of(), Map.of(), List.of(other, clash), Buffering.LINE);

        assertThatThrownBy(() -> build(asked))
                .isInstanceOf(RefusedException.class)
                .hasMessage("spec.program.files[1].path: is the program's own file");
    }
}
