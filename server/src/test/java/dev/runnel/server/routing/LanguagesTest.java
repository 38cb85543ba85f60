package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Language;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @TempDir
    Path directory;

    @Test
    void aFolderWithALanguageFileIsALanguage() throws Exception {
        write("python", PYTHON);
        var prelude = Files.createDirectory(directory.resolve("python/prelude"));
        Files.createDirectory(directory.resolve("not-a-language"));

        var languages = Languages.load(directory);

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
    void theLanguagesThatComeWithRunnelAreRead() throws Exception {
        var languages = Languages.load(Path.of("../images"));

        assertThat(languages.all()).extracting(Language::name).containsExactly("bash", "javascript", "python");
        assertThat(languages.find("sh").map(Language::name)).contains("bash");
        assertThat(languages.find("node").map(Language::name)).contains("javascript");
    }

    @Test
    void aLanguageIsFoundByNameAndAliasWithoutRegardToCase() throws Exception {
        write("ruby", ruby());

        var languages = Languages.load(directory);

        assertThat(languages.find("Ruby")).isPresent();
        assertThat(languages.find("RB")).isPresent();
        assertThat(languages.find("perl")).isEmpty();
    }

    @Test
    void twoLanguagesWithOneNameAreRefused() throws Exception {
        write("ruby", ruby());
        write("rb", "name: rb\nmain_file: a\ncommand: ['{file}']\nversion: [v]\n");

        assertThatThrownBy(() -> Languages.load(directory))
                .isInstanceOf(YamlException.class)
                .hasMessage(directory + ": 'rb' is a name of both rb and ruby");
    }

    @Test
    void aPreludeThatIsNotThereIsRefused() throws Exception {
        write("python", PYTHON);

        assertThatThrownBy(() -> Languages.load(directory))
                .hasMessage(directory + "/python/language.yaml: there is no folder " + directory + "/python/prelude");
    }

    @Test
    void aFolderOfAnotherNameIsRefused() throws Exception {
        write("perl", ruby());

        assertThatThrownBy(() -> Languages.load(directory))
                .hasMessage(directory + "/perl/language.yaml: must be the name of its folder, perl");
    }

    @Test
    void aCommandWithoutTheFileIsRefused() throws Exception {
        write("ruby", ruby().replace("'{file}'", "main.rb"));

        assertThatThrownBy(() -> Languages.load(directory))
                .hasMessage(directory
                        + "/ruby/language.yaml: command: must say where the program's file goes: {file}, line 4");
    }

    @Test
    void aFolderWithoutAnyLanguageIsRefused() {
        assertThatThrownBy(() -> Languages.load(directory))
                .isInstanceOf(YamlException.class)
                .hasMessageContaining("holds no language");
        assertThatThrownBy(() -> Languages.load(directory.resolve("none")))
                .isInstanceOf(YamlException.class)
                .hasMessageContaining("can't be read");
    }

    private static String ruby() {
        return "name: ruby\naliases: [rb]\nmain_file: main.rb\ncommand: [ruby, '{file}']\nversion: [ruby, -v]\n";
    }

    private void write(String folder, String text) throws IOException {
        Files.createDirectories(directory.resolve(folder));
        Files.writeString(directory.resolve(folder).resolve("language.yaml"), text);
    }
}
