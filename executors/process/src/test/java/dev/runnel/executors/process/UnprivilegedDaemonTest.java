package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.Nonce;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/// A daemon that is an ordinary user: the same tests, run by one in a Java process of its own. Where the
/// tests are not run by root, they are that already.
final class UnprivilegedDaemonTest {
    private static final int UID = 210_010;

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void contractAndIsolationHoldForADaemonThatIsAnOrdinaryUser() throws Exception {
        assumeTrue(Daemon.current().root(), "only root can become somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        // Not in the other one: the path of a socket is short.
        var temporary = Files.createDirectory(Path.of(System.getProperty("java.io.tmpdir"), Nonce.random(3)));
        try {
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
            runTests(temporary);
        } finally {
            InstanceDirectory.removeTree(temporary);
        }
    }

    private void runTests(Path temporary) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var tests = new ProcessBuilder(command(temporary))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        var ended = tests.waitFor(280, TimeUnit.SECONDS);
        tests.destroyForcibly().waitFor();
        assertThat(ended).as(() -> read(output)).isTrue();
        assertThat(tests.exitValue()).as(() -> read(output)).isZero();
    }

    /// Runs the tests and ends with 0 when they passed.
    public static void main(String[] args) {
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(
                        DiscoverySelectors.selectClass(IsolationTest.class),
                        DiscoverySelectors.selectClass(LeftoversTest.class),
                        DiscoverySelectors.selectClass(ProcessExecutorContractTest.WithoutCgroups.class),
                        DiscoverySelectors.selectClass(CellsTest.class),
                        DiscoverySelectors.selectClass(CellContractTest.WithoutCgroups.class))
                .build();
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        var summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        System.out.println(summary.getTestsSucceededCount() + " of " + summary.getTestsFoundCount() + " succeeded");
        // Skipped are at most those that only root can pass.
        System.exit(summary.getTotalFailureCount() == 0 && summary.getTestsSucceededCount() > 90 ? 0 : 1);
    }

    private List<String> command(Path temporary) throws IOException {
        var libexec = Files.createDirectory(folder.resolve("libexec"));
        try (var files = Files.list(Bubblewrap.libexec())) {
            for (var file : files.toList()) {
                Files.copy(file, libexec.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        var uid = Integer.toString(UID);
        return List.of(
                "setpriv",
                "--reuid=" + uid,
                "--regid=" + uid,
                "--clear-groups",
                "--no-new-privs",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Drunnel.libexec=" + libexec,
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                reachableClassPath(),
                UnprivilegedDaemonTest.class.getName());
    }

    /// The class path, with copies of what only root can read.
    private String reachableClassPath() throws IOException {
        var own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var copies = Files.createDirectory(folder.resolve("classes"));
        var reachable = new ArrayList<String>();
        for (var entry : own.split(File.pathSeparator, -1)) {
            var copy = copies.resolve(Integer.toString(reachable.size()));
            copy(Path.of(entry), entry.endsWith(".jar") ? Path.of(copy + ".jar") : copy);
            reachable.add(entry.endsWith(".jar") ? copy + ".jar" : copy.toString());
        }
        return String.join(File.pathSeparator, reachable);
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        try (var tree = Files.walk(from)) {
            for (var file : tree.toList()) {
                Files.copy(file, from.equals(file) ? to : to.resolve(from.relativize(file)));
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
