package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What containers have beyond the usual: what the operator has defined, and the request has named.
@Timeout(120)
final class ExtrasTest {
    private static final String LOOK =
            "ls /data 2>/dev/null; test -c /dev/nothing && echo device; grep -o db.test /etc/hosts;" + " true";

    @TempDir
    private Path folder;

    private Path data;
    private DockerExecutor executor;

    @BeforeEach
    void open() throws Exception {
        data = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(data.resolve("file"), "of the operator");
        var extras = new DefinedExtras(
                Map.of(
                        "data", mount(data, "/data", true),
                        "open", mount(data, "/open", false),
                        "lost", mount(folder.resolve("lost"), "/lost", true)),
                Map.of(
                        "nothing",
                        new DefinedExtras.Device.Node(Path.of("/dev/null"), Path.of("/dev/nothing"), "rw"),
                        "gpu",
                        DefinedExtras.Device.Gpus.ALL),
                Map.of("db.test", "10.1.2.3"));
        executor = TestEngine.executor(TestEngine.config(Files.createDirectory(folder.resolve("run")), extras));
    }

    @AfterEach
    void close() {
        executor.close();
    }

    private static DefinedExtras.Mount mount(Path source, String target, boolean readOnly) {
        return new DefinedExtras.Mount(source, Path.of(target), readOnly);
    }

    @Test
    void aMountIsReadOnlyUnlessItsDefinitionSaysOtherwise() throws Exception {
        var said = output(
                mounts("data", "open"),
                "cat /data/file; echo; touch /data/new 2>&1 | grep -o Read-only; echo mine >/open/made; cat /data/made");

        assertThat(said).isEqualTo("of the operator\nRead-only\nmine\n");
        assertThat(data.resolve("made")).hasContent("mine\n");
        assertThat(data.resolve("new")).doesNotExist();
    }

    @Test
    void aDeviceIsThereForWhoNamesIt() throws Exception {
        var said = output(
                new Extras(Set.of(), Set.of("nothing"), Set.of()),
                "echo lost >/dev/nothing && head -c 3 /dev/nothing && stat -c '%F %t,%T' /dev/nothing");

        assertThat(said).isEqualTo("character special file 1,3\n");
    }

    @Test
    void aHostIsResolvedForWhoNamesIt() throws Exception {
        var said =
                output(new Extras(Set.of(), Set.of(), Set.of("db.test")), "grep db.test /etc/hosts; ls /sys/class/net");

        assertThat(said.split("\\s+")).containsExactly("10.1.2.3", "db.test", "lo");
    }

    @Test
    void nobodyElseHasAnyOfItAndNothingOfItIsMadeAhead() throws Exception {
        var all = new Extras(Set.of("data"), Set.of("nothing"), Set.of("db.test"));

        assertThat(output(all, LOOK)).isEqualTo("file\ndevice\ndb.test\n");

        assertThat(executor.pool().orElseThrow().misses()).isZero();
        assertThat(output(Extras.NONE, LOOK)).isEmpty();
        Eventually.holds(
                "containers wait",
                Duration.ofSeconds(20),
                () -> executor.pool().orElseThrow().ready() > 0);
        assertThat(output(Extras.NONE, LOOK)).isEmpty();
        assertThat(output(all, LOOK)).isEqualTo("file\ndevice\ndb.test\n");
        assertThat(executor.pool().orElseThrow().hits()).isEqualTo(1);
        assertThat(executor.pool().orElseThrow().misses()).isEqualTo(1);
    }

    @Test
    void capabilitiesTellTheNames() {
        assertThat(executor.capabilities().extras())
                .isEqualTo(new Extras(Set.of("data", "open", "lost"), Set.of("nothing", "gpu"), Set.of("db.test")));
    }

    @Test
    void aNameThatNobodyHasDefinedIsUnsupported() {
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> executor.open(spec(new Extras(Set.of("etc"), Set.of("kvm"), Set.of()))))
                .withMessageContaining("has no mount etc, no device kvm")
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
    }

    @Test
    void aMountWhoseFolderIsGoneIsUnsupportedAndNamed() {
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> executor.open(spec(mounts("lost"))))
                .withMessageContaining(folder.resolve("lost").toString())
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
    }

    @Test
    void anEngineWithoutGpusSaysSo() {
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> executor.open(spec(new Extras(Set.of(), Set.of("gpu"), Set.of()))))
                .withMessageContaining("gpu");
    }

    private static Extras mounts(String... names) {
        return new Extras(Set.of(names), Set.of(), Set.of());
    }

    private static SandboxSpec spec(Extras extras) {
        return new SandboxSpec(
                "test-" + Nonce.random(6),
                "tenant",
                Running.SANDBOX,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                extras);
    }

    private String output(Extras extras, String script) throws Exception {
        try (var sandbox = executor.open(spec(extras))) {
            return Running.outputIn(sandbox, script);
        }
    }
}
