package dev.runnel.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DigestsTest {
    private static final String SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path home = Path.of("");

    private Path runner = Path.of("");
    private Path prelude = Path.of("");

    @BeforeEach
    void distribution() throws IOException {
        runner = write("libexec/runner", "abc");
        prelude = write("languages/python/prelude/sitecustomize.py", "abc").resolveSibling("");
        write("languages/python/prelude/lib/more.py", "abc");
        write("digests", """
                %1$s  libexec/runner
                %1$s  languages/python/prelude/lib/more.py
                %1$s  languages/python/prelude/sitecustomize.py
                """.formatted(SHA256_OF_ABC));
    }

    @Test
    void filesAsTheyWereBuiltPass() {
        assertThatCode(() -> check(runner)).doesNotThrowAnyException();
        assertThatCode(() -> check(prelude)).doesNotThrowAnyException();
    }

    @Test
    void aChangedFileIsRefusedWithItsPlaceAndWhatToDo() throws Exception {
        write("libexec/runner", "abd");
        write("languages/python/prelude/lib/more.py", "");

        assertThatThrownBy(() -> check(runner))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(runner + " was changed")
                .hasMessageContaining(SHA256_OF_ABC)
                .hasMessageEndingWith("Install the distribution again");
        assertThatThrownBy(() -> check(prelude)).hasMessageContaining("lib/more.py was changed");
    }

    @Test
    void aFileThatWasAddedToAPreludeIsRefused() throws Exception {
        write("languages/python/prelude/json.py", "abc");

        assertThatThrownBy(() -> check(prelude)).hasMessageContaining("json.py is not of this distribution");
    }

    @Test
    void aFileThatWasRemovedIsMissed() throws Exception {
        Files.delete(prelude.resolve("lib/more.py"));
        Files.delete(runner);

        assertThatThrownBy(() -> check(prelude)).hasMessageContaining("lib/more.py is missing");
        assertThatThrownBy(() -> check(runner)).hasMessageContaining(runner + " is missing");
    }

    @Test
    void aDistributionWithoutDigestsIsIncomplete() throws Exception {
        Files.delete(home.resolve("digests"));

        assertThatThrownBy(() -> check(runner)).hasMessageContaining("digests is missing");
    }

    @Test
    void theOperatorsOwnLanguagesAndWhatPythonCompiledPass() throws Exception {
        var own = write("languages/own/prelude/start.lua", "own").resolveSibling("");
        write("languages/python/prelude/__pycache__/sitecustomize.pyc", "compiled");

        assertThatCode(() -> check(own)).doesNotThrowAnyException();
        assertThatCode(() -> check(prelude)).doesNotThrowAnyException();
    }

    private void check(Path file) throws IOException {
        Digests.of(home).check(file);
    }

    private Path write(String path, String text) throws IOException {
        var file = home.resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, text);
    }
}
