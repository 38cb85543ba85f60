package dev.runnel.executors.docker;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The engine's list of system calls for a container, tried in one without a runner, whose own list would answer first.
@Timeout(120)
final class SeccompProfileTest {
    private static final SandboxLimits LIMITS =
            new SandboxLimits(DataSize.ofMebibytes(128), 16, 1000, DataSize.ofMebibytes(16));

    /// What must be refused: why, the call, its number on x86-64, arguments, the answer.
    private static final String REFUSED = """
            namespaces unshare 272 0x10000000 EPERM
            namespaces unshare 272 0x00020000 EPERM
            namespaces setns 308 -1 0 EPERM
            namespaces clone 56 0x10000011 0 0 0 0 EPERM
            namespaces clone 56 0x40000011 0 0 0 0 EPERM
            namespaces clone3 435 0 0 ENOSYS
            mounts mount 165 0 0 0 0 0 EPERM
            mounts umount2 166 0 0 EPERM
            mounts pivot_root 155 0 0 EPERM
            mounts chroot 161 0 EPERM
            mounts open_tree 428 -1 0 0 EPERM
            mounts move_mount 429 -1 0 -1 0 0 EPERM
            mounts fsopen 430 0 0 EPERM
            mounts mount_setattr 442 -1 0 0 0 0 EPERM
            processes ptrace 101 0 0 0 0 EPERM
            processes process_vm_readv 310 1 0 0 0 0 0 EPERM
            processes process_vm_writev 311 1 0 0 0 0 0 EPERM
            processes pidfd_getfd 438 -1 0 0 EPERM
            processes kcmp 312 1 1 0 0 0 EPERM
            processes process_madvise 440 -1 0 0 0 0 EPERM
            keys add_key 248 0 0 0 0 0 EPERM
            keys request_key 249 0 0 0 0 EPERM
            keys keyctl 250 0 0 0 EPERM
            kernel bpf 321 0 0 0 EPERM
            kernel perf_event_open 298 0 0 -1 -1 0 EPERM
            kernel init_module 175 0 0 0 EPERM
            kernel finit_module 313 -1 0 0 EPERM
            kernel delete_module 176 0 0 EPERM
            kernel kexec_load 246 0 0 0 0 EPERM
            kernel userfaultfd 323 0 EPERM
            kernel io_uring_setup 425 1 0 EPERM
            kernel io_uring_enter 426 -1 0 0 0 0 EPERM
            kernel io_uring_register 427 -1 0 0 0 EPERM
            kernel vmsplice 278 -1 0 0 0 EPERM
            kernel modify_ldt 154 0 0 0 EPERM
            paths open_by_handle_at 304 -1 0 0 EPERM
            paths name_to_handle_at 303 -1 0 0 0 0 EPERM
            paths fanotify_init 300 0 0 EPERM
            paths inotify_add_watch 254 -1 0 0 EPERM
            host clock_settime 227 0 0 EPERM
            host settimeofday 164 0 0 EPERM
            host adjtimex 159 0 EPERM
            host sethostname 170 0 0 EPERM
            host syslog 103 10 0 0 EPERM
            host acct 163 0 EPERM
            host swapon 167 0 0 EPERM
            host reboot 169 0 0 0 EPERM
            host quotactl 179 0 0 0 0 EPERM
            host iopl 172 0 EPERM
            host sync 162 EPERM
            host syncfs 306 -1 EPERM
            host io_setup 206 1 0 EPERM
            memory mmap 9 0 0x200000 3 0x40022 -1 0 EPERM
            memory memfd_create 319 0 4 EPERM
            memory shmget 29 0 0x200000 0x800 EPERM
            memory move_pages 279 1 0 0 0 0 0 EPERM
            memory memfd_secret 447 0 EPERM
            sockets socket 41 40 1 0 EPERM
            sockets socket 41 17 2 0 EPERM
            sockets socket 41 38 5 0 EPERM
            sockets socket 41 2 3 1 EPERM
            sockets socket 41 2 2 1 EPERM
            sockets socket 41 2 1 262 EPERM
            sockets socket 41 10 1 132 EPERM
            sockets socket 41 16 3 12 EPERM
            sockets socket 41 0x100000002 1 0 EPERM
            sockets socketpair 53 2 1 0 0 EPERM
            personality personality 135 0x0200000 EPERM
            doors getpid-of-x32 0x40000027 SIGSYS
            """;

    /// Makes each call in a process of its own, for calls may be answered by a signal.
    private static final String TRY = """
            import ctypes, errno, os, signal, sys
            libc = ctypes.CDLL(None, use_errno=True)
            for line in sys.argv[1].splitlines():
                name, number, *arguments = line.split()
                reader, writer = os.pipe()
                child = os.fork()
                if child == 0:
                    if libc.syscall(*(ctypes.c_long(int(word, 0)) for word in (number, *arguments))) >= 0:
                        os.write(writer, b"works")
                    else:
                        os.write(writer, errno.errorcode[ctypes.get_errno()].encode())
                    os._exit(0)
                os.close(writer)
                status = os.waitpid(child, 0)[1]
                answer = os.read(reader, 100).decode()
                os.close(reader)
                print(name, answer or signal.Signals(os.WTERMSIG(status)).name)
            """;

    @Test
    void aContainerRefusesWhatItsProgramsNeedNot() throws Exception {
        var calls = refused();

        var answers = inContainer(SeccompProfile.PLAIN, calls);

        assertThat(answers).isEqualTo(answers(calls, Call::answer));
    }

    /// Many of these calls are refused by the kernel too, for want of a capability. Here it can't have been the kernel.
    @Test
    void whatIsRefusedIsRefusedByTheList() throws Exception {
        var calls = refused();
        var killing = SeccompProfile.PLAIN.json().replace("\"SCMP_ACT_ERRNO\"", "\"SCMP_ACT_KILL_PROCESS\"");

        var answers = inContainer(new SeccompProfile(killing), calls);

        assertThat(answers).isEqualTo(answers(calls, _ -> "SIGSYS"));
    }

    @Test
    void aContainerMayMakeTheCallsOfItsRunnersListAndTheRunnerOneMore() throws Exception {
        var guests = Files.readString(Path.of(System.getProperty("runnel.guest_filter", "")))
                .lines()
                .filter(line -> line.matches("allow(-counted|@\\S+)? .*"))
                .flatMap(line -> Stream.of(line.split(" ")).skip(1))
                .collect(toCollection(TreeSet::new));

        guests.add("seccomp");

        assertThat(allowed(SeccompProfile.PLAIN)).isEqualTo(guests);
    }

    @Test
    void anAdditionReplacesWhatTheBaseSaysOfItsCalls() throws Exception {
        var profile = SeccompProfile.of("container", "addition");

        var rules = rules(profile);
        assertThat(allowed(profile)).contains("clone3", "mount", "read");
        assertThat(rules.stream().filter(rule -> names(rule).contains("clone")).map(rule -> rule.has("args")))
                .containsExactly(false);
        assertThat(rules.stream().filter(rule -> names(rule).contains("clone3")).map(JsonNode::toString))
                .singleElement()
                .asString()
                .contains("SCMP_ACT_ALLOW");
    }

    /// @param arguments the number first
    private record Call(String name, String arguments, String answer) {}

    private static List<Call> refused() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers of calls are those of x86-64");
        return REFUSED.lines()
                .map(line -> line.split(" "))
                .map(words -> new Call(
                        words[1],
                        String.join(" ", List.of(words).subList(2, words.length - 1)),
                        words[words.length - 1]))
                .toList();
    }

    /// What a program finds that is alone in a container with a list.
    private static String inContainer(SeccompProfile profile, List<Call> calls) throws Exception {
        var table =
                calls.stream().map(call -> call.name() + " " + call.arguments()).collect(joining("\n"));
        var address = TestEngine.address();
        try (var engine = new Engine(address)) {
            var container = engine.create(new ContainerSpec(
                    engine.image(TestEngine.PYTHON).orElseThrow(),
                    LIMITS,
                    profile,
                    Optional.empty(),
                    Map.of(),
                    Map.of(),
                    DefinedExtras.NONE,
                    List.of("python3", "-c", TRY, table),
                    true,
                    new ContainerSpec.Use.Program()));
            try (var output = AttachChannel.open(address, container)) {
                engine.start(container);
                return text(output);
            } finally {
                engine.remove(container);
            }
        }
    }

    private static String text(AttachChannel output) throws IOException {
        var text = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(4096);
        while (output.read(buffer) >= 0) {
            text.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static String answers(List<Call> calls, Function<Call, String> answer) {
        return calls.stream()
                .map(call -> call.name() + " " + answer.apply(call) + "\n")
                .collect(joining());
    }

    private static Set<String> allowed(SeccompProfile profile) throws IOException {
        var allowed = new TreeSet<String>();
        for (var rule : rules(profile)) {
            if (rule.path("action").asText().equals("SCMP_ACT_ALLOW")) {
                allowed.addAll(names(rule));
            }
        }
        return allowed;
    }

    private static List<JsonNode> rules(SeccompProfile profile) throws IOException {
        var rules = new ArrayList<JsonNode>();
        new ObjectMapper().readTree(profile.json()).path("syscalls").forEach(rules::add);
        return rules;
    }

    private static List<String> names(JsonNode rule) {
        var names = new ArrayList<String>();
        rule.path("names").forEach(name -> names.add(name.asText()));
        return names;
    }
}
