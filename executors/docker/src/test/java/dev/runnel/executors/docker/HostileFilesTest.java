package dev.runnel.executors.docker;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.Workspace.FileEntry;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of containers whose programs lay traps for who reads and writes them from outside.
@Timeout(180)
final class HostileFilesTest {
    private static final DataSize MOST = DataSize.ofMebibytes(128);
    private static final SandboxLimits LARGE =
            new SandboxLimits(DataSize.ofMebibytes(768), 64, 2000, DataSize.ofMebibytes(256));
    private static final RunLimits RUN = new RunLimits(
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(256));

    /// Prints the digest of `in.bin` and writes its bytes, backwards in pieces of 1 MiB, to `out/NUMBER`.
    private static final String DIGEST_AND_SPLIT = """
            import hashlib, os
            whole = open("in.bin", "rb").read()
            print(hashlib.sha256(whole).hexdigest())
            os.mkdir("out")
            for number in range(100):
                with open(f"out/{number}", "wb") as piece:
                    piece.write(whole[number << 20 : number + 1 << 20])
            os.link("in.bin", "again.bin")
            """;

    private static final String TRAPS = """
            import os, socket
            open("plain", "w").write("inside")
            os.link("plain", "hard")
            os.symlink("/etc/passwd", "out of here")
            os.symlink("../../etc/passwd", "up")
            os.symlink("/proc/self/environ", "magic")
            os.symlink("loop", "loop")
            os.symlink("/dev/zero", "endless")
            os.symlink("/etc", "etc")
            os.mkfifo("fifo")
            os.link("fifo", "hard fifo")
            os.symlink("fifo", "to fifo")
            socket.socket(socket.AF_UNIX).bind("socket")
            for name in ("-rf", "new\\nline", "tab\\t", 'quote"\\'', "back\\\\slash", "$(id)", "..hidden", "\\x1b[2J", "\\u202egpj", "x" * 255):
                open(name, "w").write("inside")
            open(b"not \\xff utf-8", "w").write("inside")
            os.mkdir("locked")
            open("locked/file", "w").write("inside")
            os.chmod("locked", 0)
            open("secret", "w").write("inside")
            os.chmod("secret", 0)
            deep = "deep"
            for _ in range(60):
                os.mkdir(deep)
                deep += "/d"
            for what, attempt in {
                "device": lambda: os.mknod("device", 0o020666, os.makedev(1, 5)),
                "hard link out": lambda: os.link("/etc/passwd", "linked out"),
            }.items():
                try:
                    attempt()
                    print(what, "works")
                except OSError:
                    print(what, "refused")
            """;

    private static final Set<String> ODD_NAMES = Set.of(
            "plain",
            "hard",
            "-rf",
            "new\nline",
            "tab\t",
            "quote\"'",
            "back\\slash",
            "$(id)",
            "..hidden",
            "\033[2J",
            "\u202egpj",
            "x".repeat(255));

    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("out of here", "LINK_ON_THE_WAY"),
            Map.entry("up", "LINK_ON_THE_WAY"),
            Map.entry("magic", "LINK_ON_THE_WAY"),
            Map.entry("loop", "LINK_ON_THE_WAY"),
            Map.entry("endless", "LINK_ON_THE_WAY"),
            Map.entry("to fifo", "LINK_ON_THE_WAY"),
            Map.entry("etc/passwd", "LINK_ON_THE_WAY"),
            Map.entry("fifo", "NOT_A_REGULAR_FILE"),
            Map.entry("hard fifo", "NOT_A_REGULAR_FILE"),
            Map.entry("socket", "NOT_A_REGULAR_FILE"),
            Map.entry("deep", "NOT_A_REGULAR_FILE"),
            Map.entry("plain/file", "NOT_FOUND"),
            Map.entry("locked/file", "PERMISSION_DENIED"),
            Map.entry("secret", "PERMISSION_DENIED"),
            Map.entry("linked out", "NOT_FOUND"));

    /// Puts links in the places of a file and of folders, and changes a file's length, until it is told to stop.
    private static final String RACE = """
            import os, shutil
            def clear(name):
                if os.path.isdir(name) and not os.path.islink(name):
                    shutil.rmtree(name, ignore_errors=True)
            def trap(name, link):
                os.rename(name, "aside")
                try:
                    os.symlink(link, name)
                    os.unlink(name)
                except OSError:
                    pass  # A folder was made for a file that was put.
                while os.path.lexists("aside"):
                    try:
                        os.rename("aside", name)
                    except OSError:
                        clear(name)
            for name in ("folder", "target", "/tmp/trap"):
                os.mkdir(name)
            for name in ("file", "folder/passwd", "length"):
                open(name, "w").write("inside")
            print("up", flush=True)
            while not os.path.exists("stop"):
                trap("file", "/etc/passwd")
                trap("folder", "/etc")
                trap("target", "/tmp/trap")
                os.truncate("length", 1 << 20)
                os.truncate("length", 10)
            print("in the trap:", *os.listdir("/tmp/trap"))
            """;

    @TempDir
    private Path runtime;

    @ParameterizedTest
    @ValueSource(strings = {"runc", "runsc"})
    void aHundredMegabytesGoInAndComeOut(String ociRuntime) throws Exception {
        var bytes = new byte[100 << 20];
        new Random(5).nextBytes(bytes);
        try (var executor = TestEngine.executor(config(ociRuntime));
                var sandbox = executor.open(new SandboxSpec("files", "a", LARGE, Optional.empty()))) {
            put(sandbox, "in.bin", bytes);
            var sink = new RecordingSink();
            put(sandbox, "main.py", DIGEST_AND_SPLIT.getBytes(StandardCharsets.UTF_8));
            var program =
                    new Program(List.of(), List.of("python3", "main.py"), Map.of(), WorkspacePath.ROOT, true, RUN);

            var outcome = sandbox.run(program, ProgramInput.none(), sink);

            assertThat(outcome.status()).as(sink.text()).isEqualTo(new WaitStatus.ExitCode(0));
            assertThat(sink.stdoutText().trim()).isEqualTo(sha256(bytes));
            assertThat(sha256(get(sandbox, "again.bin"))).isEqualTo(sha256(bytes));
            var pieces = new ByteArrayOutputStream(bytes.length);
            for (var number = 0; number < 100; number++) {
                pieces.write(get(sandbox, "out/" + number));
            }
            assertThat(sha256(pieces.toByteArray())).isEqualTo(sha256(bytes));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "runsc"})
    void nothingIsFollowedAndEveryRefusalSaysWhy(String ociRuntime) throws Exception {
        try (var executor = TestEngine.executor(config(ociRuntime));
                var sandbox = executor.open(Running.spec())) {
            var said = Running.in(sandbox, python(TRAPS)).text();
            assertThat(said).endsWith("hard link out refused\n");

            var refused = new ArrayList<Map.Entry<String, String>>();
            for (var path : REFUSED.keySet()) {
                refused.add(Map.entry(path, answer(sandbox, path)));
            }
            for (var name : ODD_NAMES) {
                assertThat(answer(sandbox, name)).as(name).isEqualTo("inside");
            }

            // gVisor lets anybody make one; it is of its own kernel's.
            assertThat(answer(sandbox, "device"))
                    .isEqualTo(said.startsWith("device refused\n") ? "NOT_FOUND" : "NOT_A_REGULAR_FILE");
            assertThat(refused).containsExactlyInAnyOrderElementsOf(REFUSED.entrySet());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "runsc"})
    void aListingTellsWhatEachIsAndWhatItLeavesOut(String ociRuntime) throws Exception {
        try (var executor = TestEngine.executor(config(ociRuntime));
                var sandbox = executor.open(Running.spec())) {
            var _ = Running.in(sandbox, python(TRAPS)).text();

            var listing = sandbox.workspace().list(WorkspacePath.ROOT, 1000);

            var types = listing.entries().stream()
                    .filter(entry -> !entry.path().value().startsWith("deep/"))
                    .collect(toMap(entry -> entry.path().value(), FileEntry::type));
            var expected = new HashSet<>(ODD_NAMES);
            expected.add("secret");
            assertThat(only(types, FileEntry.Type.FILE)).isEqualTo(expected);
            assertThat(only(types, FileEntry.Type.LINK))
                    .containsExactlyInAnyOrder("out of here", "up", "magic", "loop", "endless", "etc", "to fifo");
            types.remove("device");
            assertThat(only(types, FileEntry.Type.OTHER)).containsExactlyInAnyOrder("fifo", "hard fifo", "socket");
            assertThat(only(types, FileEntry.Type.DIRECTORY)).containsExactlyInAnyOrder("deep", "locked");
            // The name that is not UTF-8, and the folder that can't be read.
            assertThat(listing.skipped()).isEqualTo(2);
            assertThat(listing.truncated()).as("deeper than can be named").isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "runsc"})
    void whatIsPutReplacesANameAndGoesThroughNothing(String ociRuntime) throws Exception {
        try (var executor = TestEngine.executor(config(ociRuntime));
                var sandbox = executor.open(Running.spec())) {
            var _ = Running.in(sandbox, python(TRAPS)).text();

            put(sandbox, "hard", "new".getBytes(StandardCharsets.UTF_8));

            assertThat(answer(sandbox, "hard")).isEqualTo("new");
            assertThat(answer(sandbox, "plain"))
                    .as("another name of what was there")
                    .isEqualTo("inside");
            assertThat(putAnswer(sandbox, "out of here")).isEqualTo("LINK_ON_THE_WAY");
            assertThat(putAnswer(sandbox, "etc/new")).isEqualTo("LINK_ON_THE_WAY");
            assertThat(putAnswer(sandbox, "fifo")).isEqualTo("NOT_A_REGULAR_FILE");
            assertThat(putAnswer(sandbox, "socket")).isEqualTo("NOT_A_REGULAR_FILE");
            assertThat(putAnswer(sandbox, "locked/new")).isEqualTo("PERMISSION_DENIED");
            assertThat(putAnswer(sandbox, "plain/new")).isEqualTo("NOT_FOUND");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "runsc"})
    void filesThatBecomeLinksWhileTheyAreAskedForLeadNowhere(String ociRuntime) throws Exception {
        try (var executor = TestEngine.executor(config(ociRuntime));
                var running = Running.start(executor, python(RACE))) {
            var answers = new HashSet<String>();
            for (var round = 0; round < 300; round++) {
                for (var path : List.of("file", "folder/passwd")) {
                    answers.add(answer(running.sandbox(), path));
                }
                answers.add(putAnswer(running.sandbox(), "target/caught"));
                var length = answer(running.sandbox(), "length");
                assertThat(length).matches(found -> found.length() <= 1 << 20, "is bounded");
            }
            put(running.sandbox(), "stop", new byte[0]);
            running.outcome();

            assertThat(running.text()).isEqualTo("up\nin the trap:\n");
            assertThat(answers).contains("inside", "put");
            answers.removeAll(Set.of("inside", "put", "LINK_ON_THE_WAY", "NOT_FOUND"));
            assertThat(answers).isEmpty();
        }
    }

    private DockerExecutorConfig config(String ociRuntime) throws SandboxException {
        return ociRuntime.equals("runsc") ? TestEngine.gvisor(runtime) : TestEngine.config(runtime);
    }

    private static String python(String program) {
        return "python3 - <<'END'\n" + program + "END";
    }

    private static Set<String> only(Map<String, FileEntry.Type> types, FileEntry.Type type) {
        var names = new HashSet<>(types.keySet());
        names.removeIf(name -> types.get(name) != type);
        return names;
    }

    /// What a file holds, or why it can't be had.
    private static String answer(Sandbox sandbox, String path) throws Exception {
        try {
            return new String(get(sandbox, path), StandardCharsets.UTF_8);
        } catch (SandboxException e) {
            return problem(e);
        }
    }

    private static String putAnswer(Sandbox sandbox, String path) throws Exception {
        try {
            put(sandbox, path, new byte[] {1});
            return "put";
        } catch (SandboxException e) {
            return problem(e);
        }
    }

    private static String problem(SandboxException refusal) throws SandboxException {
        if (refusal.reason() instanceof Reason.FileRefused refused) {
            return refused.problem().name();
        }
        throw refusal;
    }

    private static void put(Sandbox sandbox, String path, byte[] bytes) throws Exception {
        sandbox.workspace().put(new InputFile(WorkspacePath.of(path), 0600, Content.of(bytes)));
    }

    private static byte[] get(Sandbox sandbox, String path) throws Exception {
        var target = new ByteArrayOutputStream();
        sandbox.workspace().get(WorkspacePath.of(path), MOST, target);
        return target.toByteArray();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
