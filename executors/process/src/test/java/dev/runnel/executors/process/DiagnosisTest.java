package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiagnosisTest {
    private static final String REFUSED =
            "bwrap: No permissions to create new namespace, likely because the kernel does not allow"
                    + " non-privileged user namespaces.";

    @TempDir
    private Path root;

    @Test
    void namesTheSettingOfDebianThatKeepsUserNamespacesForRoot() throws IOException {
        write("proc/sys/kernel/unprivileged_userns_clone", "0\n");

        assertThat(cure(REFUSED)).contains("kernel.unprivileged_userns_clone=1");
    }

    @Test
    void namesAppArmorWhereItRestrictsUserNamespaces() throws IOException {
        write("proc/sys/kernel/unprivileged_userns_clone", "1\n");
        write("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");

        assertThat(cure("bwrap: setting up uid map: Permission denied"))
                .contains("apparmor_restrict_unprivileged_userns");
    }

    @Test
    void namesSeccompInsideAContainer() throws IOException {
        write(".dockerenv", "");

        assertThat(cure(REFUSED)).contains("seccomp");
    }

    @Test
    void namesMaskedPathsWhereProcCanNotBeMounted() {
        assertThat(cure("bwrap: Can't mount proc on /newroot/proc: Operation not permitted"))
                .contains("systempaths=unconfined");
    }

    @Test
    void whatCanBeCuredIsNotWorthTryingAgainAndTheRestIs() {
        var cause = new IOException("x");

        assertThat(Diagnosis.failedLaunch(REFUSED, "nothing", cause).reason()).isEqualTo(new Reason.Unsupported());
        assertThat(Diagnosis.failedLaunch("", "the launcher did not connect", cause))
                .hasMessageContaining("the launcher did not connect")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(new Reason.Unavailable()));
    }

    private String cure(String complaint) {
        return new Diagnosis(root).cure(complaint).orElse("");
    }

    private void write(String name, String content) throws IOException {
        var file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
