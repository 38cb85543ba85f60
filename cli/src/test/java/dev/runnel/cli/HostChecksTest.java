package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostChecksTest {
    @TempDir
    private Path proc = Path.of("");

    @BeforeEach
    void aGoodMachine() throws IOException {
        write("sys/kernel/osrelease", "6.1.0-18-amd64\n");
        write("sys/kernel/core_pattern", "core\n");
        write("sys/user/max_user_namespaces", "95000\n");
    }

    @Test
    void a_good_machine_has_no_warning() {
        assertThat(new HostChecks(proc).warnings()).isEmpty();
    }

    @Test
    void a_core_pattern_that_is_a_pipe_is_named_with_its_remedy() throws IOException {
        write("sys/kernel/core_pattern", "|/usr/share/apport/apport %p\n");

        assertThat(new HostChecks(proc).warnings()).singleElement().asString().contains("core_pattern", "sysctl");
    }

    @Test
    void an_old_kernel_is_named_and_a_new_one_is_not() throws IOException {
        write("sys/kernel/osrelease", "5.10.0-28-amd64\n");
        assertThat(new HostChecks(proc).warnings()).singleElement().asString().contains("5.14");

        write("sys/kernel/osrelease", "5.14.0-1\n");
        assertThat(new HostChecks(proc).warnings()).isEmpty();
    }

    @Test
    void user_namespaces_that_are_switched_off_or_restricted_are_named() throws IOException {
        write("sys/user/max_user_namespaces", "0\n");
        write("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");

        assertThat(new HostChecks(proc).warnings())
                .anySatisfy(warning -> assertThat(warning).contains("max_user_namespaces"))
                .anySatisfy(warning -> assertThat(warning).contains("AppArmor"));
    }

    private void write(String file, String text) throws IOException {
        var path = proc.resolve(file);
        Files.createDirectories(path.resolveSibling(""));
        Files.writeString(path, text);
    }
}
