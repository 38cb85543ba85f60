package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runnel.executors.process.Programs.Ran;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.WaitStatus;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a program can see and do, tried from inside (docs/security/process-sandbox.md).
final class IsolationTest {
    @TempDir
    private static Path runtime;

    private static ProcessExecutor executor;

    @BeforeAll
    static void open() {
        executor = Bubblewrap.executor(runtime);
    }

    @AfterAll
    static void close() {
        executor.close();
    }

    @Test
    void itSeesNoProcessButTheRunnerAndItself() throws Exception {
        var ran = python("import os; print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()), os.getpid())");

        assertThat(ran.stdout()).isEqualTo("[1, 2] 2\n");
    }

    @Test
    void itsMountsAreExactlyTheExpectedOnes() throws Exception {
        var ran = python("""
                for line in open('/proc/self/mountinfo'):
                    mount, fs = line.split(' - ')
                    fields = mount.split()
                    print(fields[4], fs.split()[0] if fs.split()[0] in ('proc', 'tmpfs', 'devpts') else 'host',
                          ','.join(o for o in fields[5].split(',') if o in ('ro', 'rw', 'nosuid', 'nodev')))
                """);

        var expected = ExpectedMounts.read();
        assertThat(ran.lines()).doesNotHaveDuplicates().isSubsetOf(expected.allowed());
        assertThat(ran.lines()).containsAll(expected.required());
    }

    @Test
    void itsRootHoldsSystemDirectoriesAndItsOwnPlacesAndNothingOfTheHost() throws Exception {
        var ran = python("import os; print(*sorted(os.listdir('/')))");

        assertThat(ran.stdout().split("\\s+", -1))
                .isSubsetOf(
                        "bin",
                        "dev",
                        "etc",
                        "lib",
                        "lib32",
                        "lib64",
                        "libx32",
                        "proc",
                        "run",
                        "sbin",
                        "tmp",
                        "usr",
                        "workspace",
                        "")
                .doesNotContain("home", "root", "var", "sys", "opt", "srv", "mnt", "boot");
    }

    @Test
    void etcIsOursAndTellsNothingOfTheHostsUsers() throws Exception {
        var ran = python("""
                import os
                print(*sorted(os.listdir('/etc')))
                print(open('/etc/passwd').read() + open('/etc/hostname').read() + repr(open('/etc/resolv.conf').read()))
                """);

        assertThat(ran.lines().getFirst().split(" ", -1))
                .isSubsetOf(
                        "alternatives",
                        "group",
                        "hostname",
                        "hosts",
                        "ld.so.cache",
                        "localtime",
                        "nsswitch.conf",
                        "passwd",
                        "pki",
                        "resolv.conf",
                        "ssl");
        assertThat(ran.stdout()).endsWith("""
                        root:x:0:0:root:/:/usr/sbin/nologin
                        runnel:x:1000:1000:runnel:/workspace:/bin/bash
                        nobody:x:65534:65534:nobody:/:/usr/sbin/nologin
                        runnel
                        ''
                        """);
    }

    @Test
    void whatRunsInTheRuntimeDirectoryIsNotToBeFound() throws Exception {
        var ran = python("import os; print(os.path.exists('" + runtime + "'), os.listdir('/run'), os.listdir('/tmp'))");

        assertThat(ran.stdout()).isEqualTo("False ['runnel'] []\n");
    }

    @Test
    void itsOnlyNetworkInterfaceIsALoopbackOfItsOwnWhichWorks() throws Exception {
        var ran = python("""
                import socket
                print([name for _, name in socket.if_nameindex()])
                server = socket.create_server(('127.0.0.1', 0))
                client = socket.create_connection(server.getsockname())
                server.accept()[0].sendall(b'over lo')
                print(client.recv(16))
                try:
                    socket.create_connection(('192.0.2.1', 80), 2)
                except OSError as e:
                    print(e.strerror)
                """);

        assertThat(ran.stdout()).isEqualTo("['lo']\nb'over lo'\nNetwork is unreachable\n");
    }

    @Test
    void anAbstractUnixSocketOfTheHostCanNotBeReached() throws Exception {
        // Java can't bind abstract sockets; bash can't either; python can.
        var server = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-c",
                        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('\\0runnel-test');"
                                + " s.listen(); print('up', flush=True); sys.stdin.read()")
                .start();
        try {
            assertThat(server.inputReader().readLine()).isEqualTo("up");

            var ran = python("""
                    import socket
                    try:
                        socket.socket(socket.AF_UNIX).connect('\\0runnel-test')
                        print('connected')
                    except OSError as e:
                        print(e.strerror)
                    """);

            assertThat(ran.stdout()).isEqualTo("Connection refused\n");
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void itsEnvironmentIsExactlyTheDocumentedOne() throws Exception {
        var ran = Programs.run(executor, Programs.bash("exec /usr/bin/env"));

        // bash adds _, SHLVL, PWD and OLDPWD by itself.
        assertThat(ran.lines().stream().filter(line -> !line.matches("(_|SHLVL|PWD|OLDPWD)=.*")))
                .containsExactlyInAnyOrder(
                        "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/workspace", "LANG=C.UTF-8", "TMPDIR=/tmp");
    }

    @Test
    void itHasNoCapabilitiesAndNoWayToNewPrivileges() throws Exception {
        var ran = python("print(open('/proc/self/status').read())");

        assertThat(ran.stdout())
                .contains("CapInh:\t0000000000000000")
                .contains("CapPrm:\t0000000000000000")
                .contains("CapEff:\t0000000000000000")
                .contains("CapBnd:\t0000000000000000")
                .contains("CapAmb:\t0000000000000000")
                .contains("NoNewPrivs:\t1")
                .contains("Seccomp:\t2")
                .contains("Uid:\t1000\t1000\t1000\t1000")
                .contains("Gid:\t1000\t1000\t1000\t1000");
    }

    @Test
    void outsideItHasAnOrdinaryUidWhichNoOtherSandboxHasWhenTheDaemonIsRoot() throws Exception {
        try (var one = Held.open(executor);
                var other = Held.open(executor)) {
            if (Daemon.current().root()) {
                assertThat(one.uid()).isBetween(1_900_000_000, 1_900_065_535);
                assertThat(other.uid()).isBetween(1_900_000_000, 1_900_065_535).isNotEqualTo(one.uid());
            } else {
                assertThat(one.uid()).isEqualTo(Daemon.current().uid()).isEqualTo(other.uid());
            }
        }
    }

    @Test
    void itIsInNoGroupOfTheDaemons() throws Exception {
        assumeTrue(Daemon.current().root(), "only root can leave its groups");

        assertThat(python("import os; print(os.getgroups())").stdout()).isIn("[]\n", "[1000]\n");
    }

    @Test
    void itsOnlyDescriptorsAreTheThreeStandardStreams() throws Exception {
        var ran = python("import os; print(*sorted(os.listdir('/proc/self/fd'))[:-1])");

        // The last one is that of listdir itself.
        assertThat(ran.stdout()).isEqualTo("0 1 2\n");
    }

    @Test
    void theRunnersMemoryAndDescriptorsAreClosedToIt() throws Exception {
        var ran = python("""
                import os
                for name in ('mem', 'environ', 'maps'):
                    try:
                        open('/proc/1/' + name, 'rb').read(1)
                        print(name, 'open')
                    except OSError as e:
                        print(name, e.strerror)
                try:
                    print(os.listdir('/proc/1/fd'))
                except OSError as e:
                    print('fd', e.strerror)
                """);

        assertThat(ran.lines())
                .containsExactly(
                        "mem Permission denied",
                        "environ Permission denied",
                        "maps Permission denied",
                        "fd Permission denied");
    }

    @Test
    void signalsToItsGroupAndToEverybodyReachNobodyElse() throws Exception {
        var bystander = LongProcess.start(210_004);
        try (bystander;
                var sandbox = executor.open(Programs.spec());
                var neighbour = executor.open(Programs.spec())) {
            for (var signal :
                    List.of("os.kill(0, 9)", "os.killpg(0, 9)", "os.kill(-1, 9) if os.fork() else time.sleep(60)")) {
                var killed = Programs.run(sandbox, Programs.python("import os, time; " + signal + "\nos.kill(0, 9)"));

                assertThat(killed.outcome().status()).as(signal).isEqualTo(new WaitStatus.Signal(9, false));
                // The runner lives and runs the next one.
                assertThat(Programs.run(sandbox, Programs.python("print(1)")).stdout())
                        .isEqualTo("1\n");
            }
            assertThat(Programs.run(neighbour, Programs.python("print(2)")).stdout())
                    .isEqualTo("2\n");
            assertThat(bystander.process().isAlive()).isTrue();
        }
    }

    @Test
    void itCanWriteOnlyToItsWorkspaceAndTemporaryDirectories() throws Exception {
        var ran = python("""
                import os
                def writable(directory):
                    try:
                        name = os.path.join(directory, 'probe')
                        open(name, 'w').close()
                        os.remove(name)
                        return True
                    except OSError:
                        return False
                found = []
                for directory, below, _ in os.walk('/'):
                    if directory == '/proc' or directory == '/usr/share':
                        below.clear()
                    if writable(directory):
                        found.append(directory)
                print(*sorted(found))
                """);

        assertThat(ran.stdout()).isEqualTo("/dev/shm /tmp /workspace\n");
    }

    @Test
    void kernelSettingsCanNotBeWritten() throws Exception {
        var ran = python("""
                for name in ('kernel/core_pattern', 'kernel/hostname', 'user/max_user_namespaces', 'vm/drop_caches',
                             'net/ipv4/ip_forward'):
                    try:
                        open('/proc/sys/' + name, 'w')
                        print(name, 'open')
                    except OSError as e:
                        print(name, e.errno in (1, 13, 30))
                """);

        assertThat(ran.lines()).hasSize(5).allMatch(line -> line.endsWith("True"));
    }

    @Test
    void whatProcTellsOfTheMachineIsMasked() throws Exception {
        var ran = python("""
                import os
                for name in ('keys', 'key-users', 'kallsyms', 'cmdline', 'config.gz', 'timer_list', 'interrupts',
                             'sched_debug', 'sysrq-trigger'):
                    try:
                        open('/proc/' + name).read()
                        print(name, 'open')
                    except OSError as e:
                        pass
                for name in ('acpi', 'bus', 'fs', 'pressure', 'scsi'):
                    if os.path.exists('/proc/' + name) and os.listdir('/proc/' + name):
                        print(name, os.listdir('/proc/' + name))
                print(os.cpu_count() > 0, len(open('/proc/meminfo').read()) > 0, len(open('/proc/stat').read()) > 0)
                """);

        assertThat(ran.stdout()).isEqualTo("True True True\n");
    }

    @Test
    void furtherNamespacesAreRefused() throws Exception {
        var ran = Programs.run(executor, Programs.bash("unshare --user true; echo $?; unshare --net true; echo $?"));

        assertThat(ran.lines()).containsExactly("1", "1");
    }

    @Test
    void marksLeftOutsideTheWorkspaceAreNotSeenByAConcurrentNorALaterSandbox() throws Exception {
        var mark = Programs.bash("for d in /tmp /dev/shm; do echo secret > $d/mark; done; ipcmk -Q >/dev/null; true");
        var look = Programs.bash("ls -A /tmp /dev/shm; tail -n +2 /proc/sysvipc/msg");
        try (var marked = executor.open(Programs.spec());
                var concurrent = executor.open(Programs.spec())) {
            Programs.run(marked, mark);

            assertThat(Programs.run(concurrent, look).stdout()).isEqualTo("/dev/shm:\n\n/tmp:\n");
        }
        assertThat(Programs.run(executor, look).stdout()).isEqualTo("/dev/shm:\n\n/tmp:\n");
    }

    @Test
    void theTenantsNameIsNowhereInIt() throws Exception {
        var ran = Programs.run(
                executor,
                Programs.bash("cat /proc/self/mountinfo /proc/self/cgroup /proc/1/cmdline /proc/self/environ"
                        + " | tr '\\0' '\\n'; hostname"));

        assertThat(ran.stdout()).contains("workspace").doesNotContain("tenant-name");
        assertThat(ran.lines().getLast()).isEqualTo("runnel");
    }

    private static Ran python(String code) throws SandboxException, InterruptedException {
        var ran = Programs.run(executor, Programs.python(code));
        assertThat(ran.stderr()).isEmpty();
        assertThat(ran.outcome().ending()).isEqualTo(new Ending.Exited());
        return ran;
    }
}
