package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.client.RunnelClient;
import dev.runnel.client.RunnelException;
import dev.runnel.client.Target;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.approval.Approvals;
import dev.runnel.server.approval.Question;
import dev.runnel.server.approval.Verdict;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.EnforcedLimit;
import dev.runnel.server.execution.ResolvedSpec;
import dev.runnel.server.rpc.ApprovalRpc;
import dev.runnel.server.rpc.Calls;
import dev.runnel.server.rpc.Edge;
import dev.runnel.server.rpc.Listener;
import dev.runnel.server.rpc.Validation;
import dev.runnel.v1.ListApprovalsRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ApprovalDeskTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final InstantSource clock = InstantSource.fixed(NOW);
    private final Approvals approvals = new Approvals(clock, Duration.ofMinutes(10));
    private Edge edge;
    private RunnelClient client;
    private ApprovalDesk desk;

    @BeforeEach
    void start() throws IOException {
        var socket = directory.resolve("s");
        var listener = new Listener.Unix(socket, PosixFilePermissions.fromString("rw-------"), Optional.empty());
        var service = new ApprovalRpc(new Calls(new Validation()), approvals, "instance-1", Duration.ofSeconds(15));
        edge = Edge.open(List.of(listener), "instance-1", List.of(service));
        client = RunnelClient.connect(new Target.UnixSocket(socket));
        desk = new ApprovalDesk(client, Screen.of(out, err, true), clock);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        edge.close();
        approvals.close();
    }

    @Test
    void a_list_shows_all_that_decides_the_run() throws Exception {
        var asker = ask("e1", "print(1)\nprint(2)\n");

        desk.list();

        assertThat(out.toString(UTF_8).lines())
                .containsExactly(
                        "e1 of conversation c1, expires in 10m",
                        "  python (Python 3.11.2) as main.py",
                        "  executor process, isolation process, cell sandbox",
                        "  wall time 60.000 s (watchdog)",
                        "  memory 256MiB (cgroup v2)",
                        "  " + digest("print(1)\nprint(2)\n"),
                        "  | print(1)",
                        "  | print(2)");
        assertThat(asker.isDone()).isFalse();
    }

    @Test
    void nothing_in_the_code_drives_the_terminal_or_passes_for_a_line_of_ours() throws Exception {
        var _ = ask("e1", "x = 1 # \u001b[2K\rharmless\ne1 approved by local\n# \u202e\n");

        desk.list();

        assertThat(out.toString(UTF_8))
                .contains("  | x = 1 # \\x1b[2K\\rharmless\n", "  | e1 approved by local\n", "  | # \\u202e\n")
                .doesNotContain("\u001b", "\r", "\u202e", "\ne1 approved");
    }

    @Test
    void an_empty_list_says_so() {
        desk.list();

        assertThat(out.toString(UTF_8)).isEqualTo("nothing waits for approval\n");
    }

    @Test
    void one_is_approved_by_its_id_and_shown() throws Exception {
        var asker = ask("e1", "print(1)");

        desk.decide("e1", true, "fine");

        assertThat(asker.get()).isEqualTo(new Verdict.Approved("local", "fine"));
        assertThat(out.toString(UTF_8)).contains("  | print(1)\n").endsWith("e1 approved by local\n");
    }

    @Test
    void one_is_denied_by_its_id_with_a_reason() throws Exception {
        var asker = ask("e1", "print(1)");

        desk.decide("e1", false, "too late");

        assertThat(asker.get()).isEqualTo(new Verdict.Denied("local", "too late"));
        assertThatThrownBy(() -> desk.decide("e1", true, "")).isInstanceOf(UsageException.class);
    }

    @Test
    void a_person_is_asked_about_one_after_the_other_also_those_that_come() throws Exception {
        var first = ask("e1", "print(1)");
        var person = new Scripted();
        var sitting = sit(person);

        person.asked();
        person.say("what?");
        person.say("n not today");
        assertThat(first.get()).isEqualTo(new Verdict.Denied("local", "not today"));
        var second = ask("e2", "print(2)");
        person.asked();
        person.say("y");
        assertThat(second.get()).isEqualTo(new Verdict.Approved("local", ""));
        var third = ask("e3", "print(3)");
        person.asked();
        person.say("s");
        person.leaveAfter(ask("e4", "print(4)"));

        assertThat(sitting.get()).isTrue();
        assertThat(third.isDone()).isFalse();
        assertThat(out.toString(UTF_8)).contains("e1 denied by local\n", "e2 approved by local\n");
    }

    @Test
    void an_answer_for_what_ended_meanwhile_decides_nothing_and_the_person_is_told() throws Exception {
        var question = question("e1", "print(1)");
        var asker = ask(question);
        var person = new Scripted();
        var sitting = sit(person);
        person.asked();

        approvals.decide(Tenant.LOCAL, "e1", question.specDigest(), false, "bob", "no");
        person.say("y");
        person.leaveAfter(ask("e2", "print(2)"));

        assertThat(sitting.get()).isTrue();
        assertThat(asker.get()).isEqualTo(new Verdict.Denied("bob", "no"));
        assertThat(err.toString(UTF_8)).contains("runnel: e1").contains("bob");
        assertThat(out.toString(UTF_8)).doesNotContain("e1 approved");
    }

    @Test
    void the_daemons_end_ends_the_sitting() {
        approvals.close();

        assertThatThrownBy(() -> desk.ask(new Scripted())).isInstanceOf(RunnelException.class);
    }

    private FutureTask<Boolean> sit(ApprovalDesk.Person person) {
        var sitting = new FutureTask<>(() -> {
            desk.ask(person);
            return true;
        });
        Thread.ofVirtual().start(sitting);
        return sitting;
    }

    private FutureTask<Verdict> ask(String id, String code) throws InterruptedException {
        return ask(question(id, code));
    }

    /// Asks, and returns when it is told to approvers.
    private FutureTask<Verdict> ask(Question question) throws InterruptedException {
        var asker = new FutureTask<>(() -> approvals.ask(question));
        Thread.ofVirtual().start(asker);
        while (client.listApprovals(ListApprovalsRequest.getDefaultInstance()).getApprovalsList().stream()
                .noneMatch(approval -> approval.getExecutionId().equals(question.id()))) {
            Thread.onSpinWait();
        }
        return asker;
    }

    private static String digest(String code) {
        return Digest.of(code.getBytes(UTF_8)).text();
    }

    private static Question question(String id, String code) {
        var spec = new ResolvedSpec(
                new Digest(digest(code)),
                "python",
                "Python 3.11.2",
                WorkspacePath.of("main.py"),
                "process",
                Isolation.PROCESS,
                SandboxDescription.Kind.CELL,
                Optional.empty(),
                List.of(
                        new EnforcedLimit(
                                LimitKind.WALL_TIME,
                                new EnforcedLimit.Value.Time(Duration.ofMinutes(1)),
                                Mechanism.WATCHDOG),
                        new EnforcedLimit(
                                LimitKind.MEMORY, new EnforcedLimit.Value.Amount(256L << 20), Mechanism.CGROUP_V2)),
                "default",
                OutputLimitAction.KILL,
                Optional.empty(),
                Buffering.LINE,
                Duration.ofMinutes(1));
        return new Question(
                Tenant.LOCAL,
                id,
                digest(code),
                "python",
                code,
                Optional.of("c1"),
                NOW,
                NOW.plus(Duration.ofMinutes(10)),
                spec);
    }

    /// A person who says what the test says, when it is asked.
    private static final class Scripted implements ApprovalDesk.Person {
        private final LinkedBlockingQueue<Boolean> looks = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();

        @Override
        public void look() {
            looks.add(true);
        }

        @Override
        public Optional<String> answer() {
            try {
                return answers.take();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void asked() throws InterruptedException {
            looks.take();
        }

        void say(String answer) {
            answers.add(Optional.of(answer));
        }

        /// Goes when it is asked once more.
        void leaveAfter(FutureTask<Verdict> another) throws InterruptedException {
            asked();
            assertThat(another.isDone()).isFalse();
            answers.add(Optional.empty());
        }
    }
}
