package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessExecutorTest {
    private static final String REFUSED =
            "bwrap: No permissions to create new namespace, likely because the kernel does not allow"
                    + " non-privileged user namespaces.";

    @TempDir
    private Path runtime;

    @TempDir
    private Path folder;

    @Test
    void theProbeRunsEachLanguagesVersionCommandInASandbox() throws IOException {
        try (var executor = Bubblewrap.executor(runtime)) {
            var capabilities = executor.capabilities();

            assertThat(capabilities.unavailable()).isEmpty();
            assertThat(capabilities.languages().get("python"))
                    .isInstanceOfSatisfying(
                            LanguageSupport.Supported.class,
                            python -> assertThat(python.version()).startsWith("Python 3."));
            assertThat(Traces.of(runtime, Traces.executors(runtime)).folders()).isEmpty();
        }
        assertThat(Traces.executors(runtime)).isEmpty();
    }

    @Test
    void aLanguageWithoutItsInterpreterIsMissingAndTheOthersAreNot() {
        var config = config(List.of(Bubblewrap.BASH, Bubblewrap.language("cobol", "main.cob", "no-such-cobol", "-v")));

        try (var executor = Bubblewrap.executor(config)) {
            assertThat(executor.capabilities().languages().get("bash")).isInstanceOf(LanguageSupport.Supported.class);
            assertThat(executor.capabilities().languages().get("cobol"))
                    .isInstanceOfSatisfying(
                            LanguageSupport.Missing.class,
                            cobol -> assertThat(cobol.reason()).contains("no-such-cobol"));
        }
    }

    @Test
    void withoutBubblewrapItSaysHowToGetIt() {
        try (var executor = new ProcessExecutor(with(folder.resolve("bwrap")))) {
            assertThat(executor.capabilities().unavailable().orElse("")).contains("apt-get install bubblewrap");
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(Programs.spec()))
                    .withMessageContaining("apt-get install bubblewrap")
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    @Test
    void aRuntimeDirectoryTooDeepForSocketsIsRefusedAtTheStart() throws IOException {
        var deep = Files.createDirectories(runtime.resolve("d".repeat(60)));

        try (var executor = new ProcessExecutor(Bubblewrap.config(deep, CgroupMode.OFF))) {
            assertThat(executor.capabilities().unavailable().orElse("")).contains("configure a shorter one");
        }
        assertThat(deep).isEmptyDirectory();
    }

    @Test
    void aBubblewrapThatFailsIsQuotedWithACureAndLeavesNothing() throws IOException {
        var bwrap =
                script("[ \"$1\" = --version ] && echo bubblewrap 0.8.0 && exit; echo '" + REFUSED + "' >&2; exit 1");

        try (var executor = new ProcessExecutor(with(bwrap))) {
            var names = Traces.executors(runtime);
            var before = Traces.of(runtime, names);

            assertThat(executor.capabilities().unavailable().orElse(""))
                    .contains(REFUSED)
                    .contains("; ");

            Traces.of(runtime, names).assertNothingLeft(before);
        }
    }

    @Test
    void aSandboxThatEndsAtOnceIsGivenUpAtOnce() throws IOException {
        var bwrap = script("[ \"$1\" = --version ] && echo bubblewrap 0.8.0; exit 0");

        try (var executor = new ProcessExecutor(with(bwrap))) {
            assertThat(executor.capabilities().unavailable()).isPresent();
        }
        assertThat(Traces.executors(runtime)).isEmpty();
    }

    @Test
    void moreSandboxesThanAllowedAreRefusedUntilOneIsClosed() throws Exception {
        var config = new ProcessExecutorConfig(
                ProcessExecutorConfig.DEFAULT_BWRAP,
                Bubblewrap.libexec(),
                runtime,
                ProcessExecutorConfig.DEFAULT_UIDS,
                List.of(),
                1,
                CgroupMode.AUTO,
                Bubblewrap.PLAIN);
        try (var executor = Bubblewrap.executor(config)) {
            var first = executor.open(Programs.spec());

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(Programs.spec()))
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Exhausted()));

            first.close();
            executor.open(Programs.spec()).close();
        }
    }

    @Test
    void aSandboxOfTheSameIdIsRefusedWithoutHarmToTheFirst() throws Exception {
        try (var executor = Bubblewrap.executor(runtime)) {
            var spec = Programs.spec();
            try (var first = executor.open(spec)) {
                if (executor.capabilities().notes().getFirst().contains("cgroup v")) {
                    assertThatExceptionOfType(SandboxException.class).isThrownBy(() -> executor.open(spec));
                }
                assertThat(Programs.run(first, Programs.bash("echo 1")).stdout())
                        .isEqualTo("1\n");
            }
        }
    }

    @Test
    void imagesAreRefused() {
        var spec = new SandboxSpec("with-image", "local", Programs.SANDBOX, Optional.of("python:3.11-slim"));

        try (var executor = Bubblewrap.executor(runtime)) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(spec))
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    @Test
    void withoutWhatCellsNeedSandboxesArePlainAndTheNotesSayWhy() throws Exception {
        var config = withoutCellInit();

        try (var executor = Bubblewrap.executor(Bubblewrap.with(config, CellConfig.DEFAULT))) {
            assertThat(executor.capabilities().sandboxes().kind()).isEqualTo(SandboxDescription.Kind.PLAIN);
            assertThat(executor.capabilities().notes().getLast())
                    .startsWith("cells: none can be had, so every sandbox is started cold: ")
                    .contains("runnel-cell-init is missing");
            assertThat(Programs.run(executor, Programs.bash("echo 1")).stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void whereCellsAreRequiredAndCanNotBeHadThereAreNoSandboxes() throws Exception {
        var required = CellConfig.DEFAULT.in(CellMode.REQUIRED);

        try (var executor = new ProcessExecutor(Bubblewrap.with(withoutCellInit(), required))) {
            assertThat(executor.capabilities().unavailable().orElse("")).contains("runnel-cell-init is missing");
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(Programs.spec()))
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    private ProcessExecutorConfig withoutCellInit() throws IOException {
        enterable(folder);
        var libexec = Files.createDirectory(folder.resolve("libexec"));
        enterable(libexec);
        for (var binary : List.of("runnel-runner", "runnel-launch")) {
            Files.copy(
                    Bubblewrap.libexec().resolve(binary), libexec.resolve(binary), StandardCopyOption.COPY_ATTRIBUTES);
        }
        return new ProcessExecutorConfig(
                ProcessExecutorConfig.DEFAULT_BWRAP,
                libexec,
                runtime,
                ProcessExecutorConfig.DEFAULT_UIDS,
                List.of(),
                10,
                CgroupMode.AUTO,
                CellConfig.DEFAULT);
    }

    @Test
    void preludesAndTheRunnerAreThereAlsoWhenOnlyTheDaemonCanReachThemOnTheHost() throws Exception {
        for (var mode : List.of("rwx------", "rwxr-xr-x")) {
            var own = Files.createTempDirectory(folder, "own");
            var libexec = Files.createDirectory(own.resolve("libexec"));
            for (var binary : List.of("runnel-runner", "runnel-launch")) {
                Files.copy(
                        Bubblewrap.libexec().resolve(binary),
                        libexec.resolve(binary),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
            var prelude = Files.createDirectories(own.resolve("prelude/inner"));
            Files.writeString(prelude.resolve("hello.py"), "print('from the prelude')\n");
            enterable(folder);
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString(mode));
            var language = new Language(
                    "python",
                    List.of(),
                    "main.py",
                    List.of("python3"),
                    List.of("python3", "--version"),
                    Map.of("PYTHONPATH", "{prelude}"),
                    Optional.of(own.resolve("prelude")),
                    Optional.empty());
            var config = new ProcessExecutorConfig(
                    ProcessExecutorConfig.DEFAULT_BWRAP,
                    libexec,
                    runtime,
                    ProcessExecutorConfig.DEFAULT_UIDS,
                    List.of(language),
                    10,
                    CgroupMode.AUTO,
                    Bubblewrap.PLAIN);

            try (var executor = Bubblewrap.executor(config)) {
                var ran = Programs.run(
                        executor,
                        Programs.bash("cd /run/runnel/preludes/python/inner && python3 hello.py; echo x > hello.py"));

                assertThat(ran.stdout()).as(mode).isEqualTo("from the prelude\n");
                assertThat(ran.stderr()).as(mode).contains("hello.py: ");
            }
        }
    }

    private ProcessExecutorConfig config(List<Language> languages) {
        return new ProcessExecutorConfig(
                ProcessExecutorConfig.DEFAULT_BWRAP,
                Bubblewrap.libexec(),
                runtime,
                ProcessExecutorConfig.DEFAULT_UIDS,
                languages,
                10,
                CgroupMode.AUTO,
                Bubblewrap.PLAIN);
    }

    private ProcessExecutorConfig with(Path bwrap) {
        return new ProcessExecutorConfig(
                bwrap,
                Bubblewrap.libexec(),
                runtime,
                ProcessExecutorConfig.DEFAULT_UIDS,
                List.of(),
                10,
                CgroupMode.AUTO,
                Bubblewrap.PLAIN);
    }

    /// In the place of bubblewrap.
    private Path script(String body) throws IOException {
        enterable(folder);
        var script = Files.writeString(folder.resolve("bwrap"), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    /// For the uids of sandboxes.
    private static void enterable(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
