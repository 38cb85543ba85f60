package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.v1.Artifact;
import dev.runnel.v1.InputFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalFolderTest {
    @TempDir
    private Path outer = Path.of("");

    private Path root = Path.of("");
    private final FakeStore store = new FakeStore();

    @BeforeEach
    void folder() throws IOException {
        root = Files.createDirectory(outer.resolve("project"));
        Files.writeString(outer.resolve("secret"), "not yours");
    }

    @Test
    void every_file_is_carried_in_with_its_path_and_its_executable_bit() throws Exception {
        write("a.txt", "one");
        write("sub/deep/b.sh", "two").toFile().setExecutable(true);
        write("big.bin", "x".repeat(20_000));

        var files = folder(FolderLimits.DEFAULT).carryIn(store);

        assertThat(files).extracting(InputFile::getPath).containsExactly("a.txt", "big.bin", "sub/deep/b.sh");
        assertThat(files.get(0).getData().toString(UTF_8)).isEqualTo("one");
        assertThat(store.content.get(files.get(1).getDigest())).hasSize(20_000);
        assertThat(files.get(2).getMode()).isEqualTo(0755);
    }

    @Test
    void links_are_neither_carried_nor_followed_and_git_stays_here() throws Exception {
        Files.createSymbolicLink(root.resolve("link"), outer.resolve("secret"));
        Files.createSymbolicLink(root.resolve("up"), outer);
        write(".git/config", "mine");
        write("a", "1");

        var local = folder(FolderLimits.DEFAULT);
        var files = local.carryIn(store);

        assertThat(files).extracting(InputFile::getPath).containsExactly("a");
        assertThat(local.leftOut()).containsExactlyInAnyOrder("link", "up");
    }

    @Test
    void a_folder_above_the_limits_is_refused_whole() throws Exception {
        write("a", "123456");
        write("b", "123456");

        assertThatThrownBy(
                        () -> folder(new FolderLimits(10, DataSize.ofBytes(10))).carryIn(store))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("smaller folder");
        assertThatThrownBy(
                        () -> folder(new FolderLimits(1, DataSize.ofBytes(100))).carryIn(store))
                .isInstanceOf(IOException.class);
    }

    @Test
    void what_the_program_changed_or_made_comes_back_and_nothing_else_is_touched() throws Exception {
        write("kept", "same");
        write("changed", "old");
        write("deletedByProgram", "still here");
        var local = folder(FolderLimits.DEFAULT);
        var _ = local.carryIn(store);

        var report = local.carryOut(
                List.of(artifact("kept", "same"), artifact("changed", "new"), artifact("made/by/it", "fresh")), store);

        assertThat(read("changed")).isEqualTo("new");
        assertThat(read("made/by/it")).isEqualTo("fresh");
        assertThat(read("deletedByProgram")).isEqualTo("still here");
        assertThat(report).containsExactly("changed: changed", "new: made/by/it");
        assertThat(store.downloads).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/x",
                "../secret",
                "..",
                ".",
                "a/../../secret",
                "a/..",
                "./a",
                "a//b",
                "a/",
                "a/./b",
                "x\0y",
                ".git/hooks/post-checkout",
                ".GIT/config",
                "sub/.git/config",
            })
    void a_path_that_is_not_one_of_the_folders_is_never_written(String path) throws Exception {
        var local = folder(FolderLimits.DEFAULT);

        var report = local.carryOut(List.of(artifact(path, "evil")), store);

        assertThat(report).singleElement().asString().startsWith("not brought back");
        assertThat(Files.readString(outer.resolve("secret"))).isEqualTo("not yours");
        assertThat(store.downloads).isZero();
        try (var all = Files.walk(outer)) {
            assertThat(all).containsExactlyInAnyOrder(outer, root, outer.resolve("secret"));
        }
    }

    @Test
    void a_link_here_is_neither_followed_nor_replaced() throws Exception {
        Files.createSymbolicLink(root.resolve("file"), outer.resolve("secret"));
        Files.createSymbolicLink(root.resolve("folder"), outer);
        var local = folder(FolderLimits.DEFAULT);

        var report = local.carryOut(List.of(artifact("file", "evil"), artifact("folder/secret", "evil")), store);

        assertThat(report).allSatisfy(line -> assertThat(line).startsWith("not brought back"));
        assertThat(Files.readString(outer.resolve("secret"))).isEqualTo("not yours");
        assertThat(Files.isSymbolicLink(root.resolve("file"))).isTrue();
    }

    @Test
    void a_folder_where_a_file_should_go_and_a_file_on_the_way_are_left_alone() throws Exception {
        write("d/x", "1");
        write("f", "1");
        var local = folder(FolderLimits.DEFAULT);

        var report = local.carryOut(List.of(artifact("d", "evil"), artifact("f/y", "evil")), store);

        assertThat(report).hasSize(2).allSatisfy(line -> assertThat(line).startsWith("not brought back"));
        assertThat(read("f")).isEqualTo("1");
    }

    @Test
    void a_file_that_was_changed_here_meanwhile_is_kept() throws Exception {
        write("a", "old");
        var local = folder(FolderLimits.DEFAULT);
        var _ = local.carryIn(store);
        write("a", "edited here");
        write("b", "appeared here");

        var report = local.carryOut(List.of(artifact("a", "theirs"), artifact("b", "theirs")), store);

        assertThat(read("a")).isEqualTo("edited here");
        assertThat(read("b")).isEqualTo("appeared here");
        assertThat(report).allSatisfy(line -> assertThat(line).contains("changed here"));
    }

    @Test
    void more_than_the_limit_is_not_brought_back() throws Exception {
        var local = folder(new FolderLimits(10, DataSize.ofBytes(10)));

        var report = local.carryOut(List.of(artifact("a", "12345678"), artifact("b", "12345678")), store);

        assertThat(report.get(0)).isEqualTo("new: a");
        assertThat(report.get(1)).startsWith("not brought back");
        assertThat(root.resolve("b")).doesNotExist();
    }

    @Test
    void content_that_is_longer_than_announced_leaves_the_old_file_and_no_rest() throws Exception {
        write("a", "old");
        var local = folder(FolderLimits.DEFAULT);
        var _ = local.carryIn(store);
        var lying = artifact("a", "much longer").toBuilder().setSizeBytes(3).build();

        assertThatThrownBy(() -> local.carryOut(List.of(lying), store)).isInstanceOf(IOException.class);

        assertThat(read("a")).isEqualTo("old");
        try (var left = Files.list(root)) {
            assertThat(left).containsExactly(root.resolve("a"));
        }
    }

    @Test
    void only_the_executable_bit_of_a_mode_comes_back() throws Exception {
        var local = folder(FolderLimits.DEFAULT);
        var tool = artifact("tool", "x").toBuilder().setMode(04777).build();

        var _ = local.carryOut(List.of(tool), store);

        var mode = (Integer) Files.getAttribute(root.resolve("tool"), "unix:mode", LinkOption.NOFOLLOW_LINKS);
        assertThat(mode & 07777).isEqualTo(0755);
    }

    @Test
    void a_second_program_brings_back_only_what_it_changed_itself() throws Exception {
        var local = folder(FolderLimits.DEFAULT);
        var _ = local.carryOut(List.of(artifact("a", "first")), store);

        var report = local.carryOut(List.of(artifact("a", "first"), artifact("b", "second")), store);

        assertThat(report).containsExactly("new: b");
    }

    private LocalFolder folder(FolderLimits limits) throws IOException {
        return new LocalFolder(root, limits);
    }

    private Path write(String name, String text) throws IOException {
        var path = root.resolve(name);
        Files.createDirectories(path.resolveSibling(""));
        return Files.writeString(path, text);
    }

    private String read(String name) throws IOException {
        return Files.readString(root.resolve(name));
    }

    private Artifact artifact(String path, String text) {
        var digest = Digests.of(text.getBytes(UTF_8));
        store.content.put(digest, text.getBytes(UTF_8));
        return Artifact.newBuilder()
                .setPath(path)
                .setSizeBytes(text.length())
                .setMode(0644)
                .setDigest(digest)
                .build();
    }

    /// Content in memory.
    private static final class FakeStore implements ContentStore {
        final Map<String, byte[]> content = new HashMap<>();
        int downloads;

        @Override
        public String upload(Path file) throws IOException {
            var bytes = Files.readAllBytes(file);
            content.put(Digests.of(bytes), bytes);
            return Digests.of(bytes);
        }

        @Override
        public void download(String digest, OutputStream out) throws IOException {
            downloads++;
            out.write(content.getOrDefault(digest, new byte[0]));
        }
    }
}
