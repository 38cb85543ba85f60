package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.server.config.LanguageSettings;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguagesTest {
    private static final String PYTHON = """
            name: python
            aliases: [py, python3]
            main_file: main.py
            command: [python3, "{file}"]
            version: [python3, --version]
            environment:
              PYTHONPATH: "{prelude}"
            prelude: prelude
            """;

    private static final String WARM = """
            warm:
              kind: forked
              command: [python3, '{file}']
              environment: {PYTHONPATH: '{warm}'}
              preload: [json, os.path]
              cold_variables: [PYTHON*, TZ]
              prelude: warm
            """;

    @TempDir
    Path directory;

    @Test
    void aFolderWithALanguageFileIsALanguage() throws Exception {
        write("python", PYTHON);
        var prelude = Files.createDirectory(directory.resolve("python/prelude"));
        Files.createDirectory(directory.resolve("not-a-language"));

        var languages = Languages.load(directory, Map.of());

        assertThat(languages.all())
                .containsExactly(new Language(
                        "python",
                        List.of("py", "python3"),
                        "main.py",
                        List.of("python3", "{file}"),
                        List.of("python3", "--version"),
                        Map.of("PYTHONPATH", "{prelude}"),
                        Optional.of(prelude),
                        Optional.empty()));
    }

    @Test
    void aWarmInterpreterIsReadWithTheFolderBesideTheFile() throws Exception {
        write("python", PYTHON + WARM);
        Files.createDirectory(directory.resolve("python/prelude"));
        var warm = Files.createDirectory(directory.resolve("python/warm"));

        var languages = Languages.load(directory, Map.of());

        assertThat(languages.find("python").flatMap(Language::warm))
                .contains(new WarmInterpreter(
                        WarmInterpreter.Kind.FORKED,
                        List.of("python3", "{file}"),
                        Map.of("PYTHONPATH", "{warm}"),
                        List.of("json", "os.path"),
                        List.of("PYTHON*", "TZ"),
                        warm));
    }

    @Test
    void aWarmInterpreterThatIsNotThereIsRefused() throws Exception {
        write("python", PYTHON + WARM);
        Files.createDirectory(directory.resolve("python/prelude"));

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .isInstanceOf(YamlException.class)
                .hasMessage(directory + "/python/language.yaml: there is no folder " + directory + "/python/warm");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "kind: forked | kind: frozen | warm.kind: unknown: 'frozen' (expected forked, waiting), line 10",
                "kind: forked | knid: forked | warm.knid: unknown key (did you mean 'kind'?), line 10",
                "'{file}'] | main.py] | warm.command: must say where the program's file goes: {file}, line 11",
                "PYTHONPATH: | PYTHON-PATH: | warm.environment: not a variable: 'PYTHON-PATH', line 12",
                "os.path] | 'os path'] | warm.preload: not the name of a module: 'os path', line 13",
                "TZ] | '*'] | warm.cold_variables: neither a variable nor the beginning of some, which ends with *: "
                        + "'*', line 14",
                "TZ] | 'T*Z'] | warm.cold_variables: neither a variable nor the beginning of some, which ends with *: "
                        + "'T*Z', line 14",
                "prelude: warm | prelude: ../x | warm.prelude: must be the name of a folder beside this file, line 15",
            })
    void whatIsWrongInAWarmInterpreterIsNamedWithItsLine(String right, String wrong, String problem) throws Exception {
        var section = WARM.replace(right, wrong);
        assertThat(section).isNotEqualTo(WARM);
        write("python", PYTHON + section);

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .isInstanceOf(YamlException.class)
                .hasMessage(directory + "/python/language.yaml: " + problem);
    }

    @Test
    void aWarmInterpreterMustSayWhichVariablesItReads() throws Exception {
        write("ruby", ruby() + "warm: {kind: waiting, command: [ruby, '{file}']}\n");

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .hasMessageContaining("ruby/language.yaml: warm.cold_variables: is missing");
    }

    @Test
    void theOperatorsModulesArePreloadedInsteadOfTheLanguages() throws Exception {
        write("python", PYTHON + WARM);
        Files.createDirectory(directory.resolve("python/prelude"));
        Files.createDirectory(directory.resolve("python/warm"));
        var before = warm(Languages.load(directory, Map.of()));

        var numpy = warm(Languages.load(directory, preload("python", List.of("numpy"))));
        var nothing = warm(Languages.load(directory, preload("python", List.of())));
        var undecided = warm(Languages.load(directory, Map.of("python", new LanguageSettings(Optional.empty()))));

        assertThat(numpy.preload()).containsExactly("numpy");
        assertThat(numpy).usingRecursiveComparison().ignoringFields("preload").isEqualTo(before);
        assertThat(nothing.preload()).isEmpty();
        assertThat(undecided).isEqualTo(before);
    }

    @Test
    void modulesForALanguageThatIsNotThereOrNotKeptWarmAreRefused() throws Exception {
        write("ruby", ruby());

        assertThatThrownBy(() -> Languages.load(directory, preload("python", List.of("json"))))
                .isInstanceOf(YamlException.class)
                .hasMessage("languages.python: there is no such language in " + directory + " (there are ruby)");
        assertThatThrownBy(() -> Languages.load(directory, preload("rb", List.of())))
                .hasMessageStartingWith("languages.rb: there is no such language");
        assertThatThrownBy(() -> Languages.load(directory, preload("ruby", List.of("json"))))
                .hasMessage("languages.ruby.preload: no interpreter of ruby is kept warm");
    }

    @Test
    void theLanguagesThatComeWithRunnelAreRead() throws Exception {
        var languages = Languages.load(Path.of("../images"), Map.of());

        assertThat(languages.all()).extracting(Language::name).containsExactly("bash", "javascript", "python");
        assertThat(languages.find("sh").map(Language::name)).contains("bash");
        assertThat(languages.find("node").map(Language::name)).contains("javascript");
        assertThat(languages.find("bash").flatMap(Language::warm)).isEmpty();
        assertThat(languages.find("javascript").flatMap(Language::warm).map(WarmInterpreter::kind))
                .contains(WarmInterpreter.Kind.WAITING);
        assertThat(languages.find("python").flatMap(Language::warm).map(WarmInterpreter::kind))
                .contains(WarmInterpreter.Kind.FORKED);
    }

    @ParameterizedTest
    @CsvSource({
        "javascript, PATH, true",
        "javascript, NODE_ENV, true",
        "javascript, TZ, true",
        "javascript, LC_ALL, true",
        "javascript, DEBUG, false",
        "python, PATH, true",
        "python, PYTHONHASHSEED, true",
        "python, TZ, true",
        "python, HOME, true",
        "python, OMP_NUM_THREADS, true",
        "python, DEBUG, false",
        "python, TOKEN, false",
        "javascript, HOME, false",
    })
    void aVariableThatComesTooLateForAWarmInterpreterIsCold(String language, String variable, boolean isCold)
            throws Exception {
        assertThat(shipped(language).isCold(variable)).isEqualTo(isCold);
    }

    private static WarmInterpreter shipped(String language) throws YamlException {
        return Languages.load(Path.of("../images"), Map.of())
                .find(language)
                .flatMap(Language::warm)
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"python, 3", "javascript, 4"})
    void theManualSaysWhyEachVariableIsCold(String language, int column) throws Exception {
        var explained = Files.readString(Path.of("../docs/extending/languages.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("| variables |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split(" *\\| *", -1))
                .filter(cells -> cells[column].equals("cold"))
                .flatMap(cells -> Stream.of(cells[1].split(", ", -1)))
                .map(name -> name.replace("`", ""))
                .toList();

        assertThat(shipped(language).coldVariables()).containsExactlyInAnyOrderElementsOf(explained);
    }

    @Test
    void aLanguageIsFoundByNameAndAliasWithoutRegardToCase() throws Exception {
        write("ruby", ruby());

        var languages = Languages.load(directory, Map.of());

        assertThat(languages.find("Ruby")).isPresent();
        assertThat(languages.find("RB")).isPresent();
        assertThat(languages.find("perl")).isEmpty();
    }

    @Test
    void twoLanguagesWithOneNameAreRefused() throws Exception {
        write("ruby", ruby());
        write("rb", "name: rb\nmain_file: a\ncommand: ['{file}']\nversion: [v]\n");

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .isInstanceOf(YamlException.class)
                .hasMessage(directory + ": 'rb' is a name of both rb and ruby");
    }

    @Test
    void aPreludeThatIsNotThereIsRefused() throws Exception {
        write("python", PYTHON);

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .hasMessage(directory + "/python/language.yaml: there is no folder " + directory + "/python/prelude");
    }

    @Test
    void aFolderOfAnotherNameIsRefused() throws Exception {
        write("perl", ruby());

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .hasMessage(directory + "/perl/language.yaml: must be the name of its folder, perl");
    }

    @Test
    void aCommandWithoutTheFileIsRefused() throws Exception {
        write("ruby", ruby().replace("'{file}'", "main.rb"));

        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .hasMessage(directory
                        + "/ruby/language.yaml: command: must say where the program's file goes: {file}, line 4");
    }

    @Test
    void aFolderWithoutAnyLanguageIsRefused() {
        assertThatThrownBy(() -> Languages.load(directory, Map.of()))
                .isInstanceOf(YamlException.class)
                .hasMessageContaining("holds no language");
        assertThatThrownBy(() -> Languages.load(directory.resolve("none"), Map.of()))
                .isInstanceOf(YamlException.class)
                .hasMessageContaining("can't be read");
    }

    private static Map<String, LanguageSettings> preload(String language, List<String> modules) {
        return Map.of(language, new LanguageSettings(Optional.of(modules)));
    }

    private static WarmInterpreter warm(Languages languages) {
        return languages.find("python").flatMap(Language::warm).orElseThrow();
    }

    private static String ruby() {
        return "name: ruby\naliases: [rb]\nmain_file: main.rb\ncommand: [ruby, '{file}']\nversion: [ruby, -v]\n";
    }

    private void write(String folder, String text) throws IOException {
        Files.createDirectories(directory.resolve(folder));
        Files.writeString(directory.resolve(folder).resolve("language.yaml"), text);
    }
}
