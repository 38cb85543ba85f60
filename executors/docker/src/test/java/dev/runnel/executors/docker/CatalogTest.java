package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.docker.DockerExecutorConfig.Images;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CatalogTest {
    private static final List<Language> LANGUAGES = List.of(
            TestEngine.language("python", "main.py", "python3", "--version"),
            TestEngine.language("bash", "main.sh", "bash", "--version"));

    @Test
    void theLanguagesImageGoesBeforeTheDefault() throws Exception {
        var catalog = new Catalog(new Images(Optional.of("debian"), Map.of("python", "snake"), List.of()), LANGUAGES);

        assertThat(catalog.choose(spec(Optional.empty(), Optional.of("python"))))
                .isEqualTo("snake");
        assertThat(catalog.choose(spec(Optional.empty(), Optional.of("bash")))).isEqualTo("debian");
        assertThat(catalog.choose(spec(Optional.empty(), Optional.empty()))).isEqualTo("debian");
        assertThat(catalog.choose(spec(Optional.of("debian"), Optional.of("python"))))
                .isEqualTo("debian");
    }

    @Test
    void withoutADefaultTheImageThatAllLanguagesHaveWillDo() throws Exception {
        var same = new Catalog(
                new Images(Optional.empty(), Map.of("python", "polyglot", "bash", "polyglot"), List.of()), LANGUAGES);
        var different = new Catalog(
                new Images(Optional.empty(), Map.of("python", "snake", "bash", "shell"), List.of()), LANGUAGES);

        assertThat(same.choose(spec(Optional.empty(), Optional.empty()))).isEqualTo("polyglot");
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> different.choose(spec(Optional.empty(), Optional.empty())))
                .withMessageContaining("configure executors.docker.images");
    }

    private static SandboxSpec spec(Optional<String> image, Optional<String> language) {
        return new SandboxSpec(
                "test",
                "tenant",
                new SandboxLimits(DataSize.ofMebibytes(64), 16, 500, DataSize.ofMebibytes(16)),
                image,
                language,
                Optional.empty(),
                Optional.empty(),
                Extras.NONE);
    }
}
