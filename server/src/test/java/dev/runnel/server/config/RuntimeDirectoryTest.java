package dev.runnel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeDirectoryTest {
    @TempDir
    Path root;

    @Test
    void rootUsesRun() {
        var directory = new RuntimeDirectory(0, Optional.of(Path.of("/run/user/0")), Path.of("/run"), Path.of("/tmp"));

        assertThat(directory.choose(Optional.empty())).isEqualTo(Path.of("/run/runnel"));
    }

    @Test
    void othersUseTheirOwnRuntimeDirectoryOrTmp() {
        var withXdg = new RuntimeDirectory(7, Optional.of(Path.of("/run/user/7")), Path.of("/run"), Path.of("/tmp"));
        var without = new RuntimeDirectory(7, Optional.empty(), Path.of("/run"), Path.of("/tmp"));

        assertThat(withXdg.choose(Optional.empty())).isEqualTo(Path.of("/run/user/7/runnel"));
        assertThat(without.choose(Optional.empty())).isEqualTo(Path.of("/tmp/runnel-7"));
    }

    @Test
    void itIsMadeSoThatNobodyElseCanEnter() throws IOException {
        var opened = mine().open(Optional.of(root.resolve("new/runnel")));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(opened)))
                .isEqualTo("rwx------");
        assertThat(mine().open(Optional.of(opened))).isEqualTo(opened);
    }

    @Test
    void aDirectoryOpenToOthersIsRefused() throws IOException {
        var open = Files.createDirectory(root.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> mine().open(Optional.of(open)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is open to other users");
    }

    @Test
    void somebodyElsesDirectoryIsRefused() throws IOException {
        var theirs = mine().open(Optional.of(root.resolve("theirs")));
        var somebodyElse = new RuntimeDirectory(mine().uid() + 1, Optional.empty(), root, root);

        assertThatThrownBy(() -> somebodyElse.open(Optional.of(theirs)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to uid " + mine().uid());
    }

    @Test
    void aLinkIsRefused() throws IOException {
        var target = mine().open(Optional.of(root.resolve("target")));
        var link = Files.createSymbolicLink(root.resolve("link"), target);

        assertThatThrownBy(() -> mine().open(Optional.of(link)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a directory");
    }

    private static RuntimeDirectory mine() throws IOException {
        return RuntimeDirectory.ofThisProcess(Map.of());
    }
}
