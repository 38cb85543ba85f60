package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostSystemTest {
    @TempDir
    private Path root;

    @Test
    void systemDirectoriesAreLinksWhereTheHostHasLinksAndBindsWhereItHasFolders() throws IOException {
        Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
        Files.createDirectory(root.resolve("lib"));

        assertThat(new HostSystem(root).systemDirectories())
                .containsExactly(
                        new RootEntry.Bind(Path.of("/usr"), "/usr"),
                        new RootEntry.Link("usr/bin", "/bin"),
                        new RootEntry.Bind(Path.of("/lib"), "/lib"));
    }

    @Test
    void ofEtcOnlyListedThingsThatEverybodyMayReadAreShown() throws IOException {
        file("etc/shadow", "rw-r-----");
        file("etc/machine-id", "rw-r--r--");
        file("etc/ld.so.cache", "rw-r--r--");
        file("etc/ssl/openssl.cnf", "rw-r-----");
        file("etc/ssl/certs/ca.pem", "rw-r--r--");

        assertThat(new HostSystem(root).etc())
                .containsExactly(
                        new RootEntry.Bind(Path.of("/etc/ld.so.cache"), "/etc/ld.so.cache"),
                        new RootEntry.Directory("/etc/ssl"),
                        new RootEntry.Bind(Path.of("/etc/ssl/certs"), "/etc/ssl/certs"));
    }

    @Test
    void theTimeZoneIsALinkIntoUsrAsOnTheHost() throws IOException {
        Files.createDirectory(root.resolve("etc"));
        Files.createSymbolicLink(root.resolve("etc/localtime"), Path.of("/usr/share/zoneinfo/Etc/UTC"));

        var entries = new HostSystem(root).etc();

        // The link's target is looked up on this machine, which may have no time zones.
        assertThat(entries)
                .isEqualTo(
                        Files.exists(Path.of("/usr/share/zoneinfo/Etc/UTC"))
                                ? List.of(new RootEntry.Link("/usr/share/zoneinfo/Etc/UTC", "/etc/localtime"))
                                : List.of());
    }

    @Test
    void procIsMaskedOnlyWhereTheKernelHasTheFile() throws IOException {
        file("proc/keys", "r--r--r--");
        Files.createDirectories(root.resolve("proc/acpi"));
        file("proc/cpuinfo", "r--r--r--");

        assertThat(new HostSystem(root).masks())
                .containsExactly(new RootEntry.MaskedDirectory("/proc/acpi"), new RootEntry.MaskedFile("/proc/keys"));
    }

    private void file(String name, String mode) throws IOException {
        var file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
