package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program.WarmStart;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.executors.spi.WarmInterpreter.Kind;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Secret;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.ProgramSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WarmStartsTest {
    private static final Asked PLAIN = new Asked();

    /// What a client asks for; nothing of it needs a cold start until a test says so.
    private record Asked(
            Optional<String> file,
            String directory,
            Map<String, String> environment,
            Map<String, Secret> secrets,
            boolean mergeStderr,
            Buffering buffering,
            boolean fresh,
            List<String> flags) {
        Asked() {
            this(Optional.empty(), "", Map.of(), Map.of(), false, Buffering.LINE, false, List.of());
        }

        Asked at(String file, String directory) {
            return new Asked(Optional.of(file), directory, environment, secrets, mergeStderr, buffering, fresh, flags);
        }

        Asked with(Map<String, String> environment, Map<String, Secret> secrets) {
            return new Asked(file, directory, environment, secrets, mergeStderr, buffering, fresh, flags);
        }

        Asked with(boolean mergeStderr, Buffering buffering) {
            return new Asked(file, directory, environment, secrets, mergeStderr, buffering, fresh, flags);
        }

        Asked with(boolean fresh, List<String> flags) {
            return new Asked(file, directory, environment, secrets, mergeStderr, buffering, fresh, flags);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOrdinaryProgramMayBeRunByAWarmInterpreterWithoutTheLanguagesVariables(Kind kind) {
        assertThat(of(kind, PLAIN))
                .contains(new WarmStart("python", Set.of("PYTHONPATH", "OF_THE_LANGUAGE")))
                .isEqualTo(of(kind, PLAIN.at("main.py", "")))
                .isEqualTo(of(kind, PLAIN.with(Map.of("DEBUG", "1"), Map.of("TOKEN", new Secret("s3cret")))));
    }

    @Test
    void aLanguageOfWhichNothingIsKeptWarmStartsCold() {
        assertThat(WarmStarts.of(language(Optional.empty()), spec(PLAIN), WorkspacePath.of("main.py")))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatAsksForAFreshInterpreterStartsCold(Kind kind) {
        assertThat(of(kind, PLAIN.with(true, List.of()))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void flagsOfTheInterpreterNeedAColdStart(Kind kind) {
        assertThat(of(kind, PLAIN.with(false, List.of("-O")))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anotherFileNeedsAColdStart(Kind kind) {
        assertThat(of(kind, PLAIN.at("other.py", ""))).isEmpty();
        assertThat(of(kind, PLAIN.at("sub/main.py", ""))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anotherDirectoryNeedsAColdStart(Kind kind) {
        assertThat(of(kind, PLAIN.at("main.py", "sub"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void nativeBufferingNeedsAColdStart(Kind kind) {
        assertThat(of(kind, PLAIN.with(false, Buffering.NATIVE))).isEmpty();
    }

    @Test
    void onlyAnInterpreterThatHasItsPipesAlreadyCannotMergeThem() {
        assertThat(of(Kind.FORKED, PLAIN.with(true, Buffering.LINE))).isPresent();
        assertThat(of(Kind.WAITING, PLAIN.with(true, Buffering.LINE))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TZ", "LC_ALL", "LC_", "PYTHONPATH", "OF_THE_LANGUAGE"})
    void aVariableThatIsReadAtTheStartOrThatTheLanguageSetsNeedsAColdStart(String variable) {
        assertThat(of(Kind.FORKED, PLAIN.with(Map.of(variable, "x"), Map.of()))).isEmpty();
        assertThat(of(Kind.FORKED, PLAIN.with(Map.of(), Map.of(variable, new Secret("x")))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TZDATA", "XLC_ALL", "tz", "LC"})
    void aVariableOfASimilarNameDoesNot(String variable) {
        assertThat(of(Kind.FORKED, PLAIN.with(Map.of(variable, "x"), Map.of()))).isPresent();
    }

    private static Optional<WarmStart> of(Kind kind, Asked asked) {
        var warm = new WarmInterpreter(
                kind,
                List.of("python3", "{file}"),
                Map.of("PYTHONPATH", "{warm}"),
                List.of(),
                List.of("TZ", "LC_*"),
                Path.of("/warm"));
        var file = WorkspacePath.of(asked.file().orElse("main.py"));
        return WarmStarts.of(language(Optional.of(warm)), spec(asked), file);
    }

    private static Language language(Optional<WarmInterpreter> warm) {
        return new Language(
                "python",
                List.of(),
                "main.py",
                List.of("python3", "{file}"),
                List.of("python3", "--version"),
                Map.of("PYTHONPATH", "{prelude}", "OF_THE_LANGUAGE", "1"),
                Optional.of(Path.of("/prelude")),
                Optional.empty(),
                warm);
    }

    private static ProgramSpec spec(Asked asked) {
        return new ProgramSpec(
                "py",
                ContentSource.inline(new byte[] {'1'}),
                asked.file().map(WorkspacePath::of),
                List.of(),
                asked.environment(),
                asked.secrets(),
                List.of(),
                WorkspacePath.of(asked.directory()),
                asked.mergeStderr(),
                asked.buffering(),
                asked.fresh(),
                asked.flags());
    }
}
