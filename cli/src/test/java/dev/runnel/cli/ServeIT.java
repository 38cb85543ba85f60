package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `runnel serve` and the commands that talk to it.
final class ServeIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void a_running_daemon_answers_every_command() throws Exception {
        try (var daemon = new Daemon(folder)) {
            assertThat(daemon.run("exec", "bash", "-c", "echo over the socket; exit 4", "--id", "mine"))
                    .isEqualTo(new Distribution.Result(4, "over the socket\n", ""));
            assertThat(daemon.run("ps").out()).contains("mine", "finished", "bash", "exited with 4");
            assertThat(daemon.run("attach", "mine")).isEqualTo(new Distribution.Result(4, "over the socket\n", ""));
            assertThat(daemon.run("cancel", "mine").out()).contains("mine  exited with 4");
            assertThat(daemon.run("attach", "nobody").err()).contains("EXECUTION_NOT_FOUND");
            assertThat(daemon.run("approve", "--list").out()).isEqualTo("nothing waits for approval\n");
            assertThat(daemon.run("approve").err()).contains("without a terminal", "--list");
            assertThat(daemon.run("approve", "--id", "nobody").exitCode()).isEqualTo(121);
            assertThat(daemon.run("capabilities").out()).contains("executor process", "language python");
            assertThat(daemon.run("health", "--service", "no.such").exitCode()).isEqualTo(1);
        }
    }

    @Test
    void tcp_needs_the_token() throws Exception {
        try (var daemon = new Daemon(folder)) {
            var wrong = Files.writeString(folder.resolve("wrong"), "guess");
            var runnel = new Distribution(folder);

            var right = runnel.run(
                    "exec",
                    "bash",
                    "-c",
                    "echo by tcp",
                    "--address",
                    daemon.address,
                    "--token-file",
                    folder.resolve("token").toString());
            var refused = runnel.run(
                    "exec", "bash", "-c", "echo by tcp", "--address", daemon.address, "--token-file", wrong.toString());

            assertThat(right).isEqualTo(new Distribution.Result(0, "by tcp\n", ""));
            assertThat(refused.exitCode()).isEqualTo(121);
            assertThat(refused.err()).contains("CREDENTIALS_INVALID");
        }
    }

    @Test
    void a_command_that_is_killed_takes_its_program_with_it() throws Exception {
        try (var daemon = new Daemon(folder)) {
            var command = daemon.start("exec", "bash", "-c", "echo started; sleep 600", "--id", "orphan");
            try (var out =
                    new BufferedReader(new InputStreamReader(command.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).isEqualTo("started");
            }

            command.destroyForcibly();

            // attach follows the execution to its end, so it waits for exactly what is asked
            assertThat(daemon.run("attach", "orphan").err()).contains("cancelled by disconnect");
        }
    }

    @Test
    void another_command_cancels_a_program() throws Exception {
        try (var daemon = new Daemon(folder)) {
            var command = daemon.start("exec", "bash", "-c", "echo started; sleep 600", "--id", "long");
            try (var out =
                    new BufferedReader(new InputStreamReader(command.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).isEqualTo("started");

                assertThat(daemon.run("cancel", "long").out()).contains("cancelled by client");

                assertThat(command.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(command.exitValue()).isEqualTo(130);
            }
        }
    }

    @Test
    void commands_that_need_a_daemon_say_so() throws Exception {
        var result = new Distribution(folder)
                .run("ps", "--socket", folder.resolve("none").toString());

        assertThat(result.exitCode()).isEqualTo(121);
        assertThat(result.err()).contains("runnel: ", folder.resolve("none").toString());
    }

    @Test
    void an_unknown_key_stops_the_start_and_is_named() throws Exception {
        var config = Files.writeString(folder.resolve("runnel.yaml"), "listners: {}\n");

        var result = new Distribution(folder).run("serve", "--config", config.toString());

        assertThat(result.exitCode()).isEqualTo(121);
        assertThat(result.err()).contains("listners").doesNotContain("\tat ");
    }

    /// A daemon of a test's own.
    private static final class Daemon implements AutoCloseable {
        private final Distribution runnel;
        private final Path socket;
        private final String address;
        private final Process process;

        Daemon(Path folder) throws IOException, InterruptedException {
            runnel = new Distribution(folder);
            socket = folder.resolve("d/runneld.sock");
            address = "127.0.0.1:" + freePort();
            var config = Files.writeString(
                    folder.resolve("runnel.yaml"),
                    "runtime_directory: %s\nlisteners:\n  tcp:\n    address: %s\n    token_file: %s\n"
                            .formatted(folder.resolve("d"), address, folder.resolve("token")));
            process = runnel.start("serve", "--config", config.toString());
            var health = runnel.run("health", "--wait", "60s", "--socket", socket.toString());
            assertThat(health.out()).isEqualTo("SERVING\n");
        }

        Distribution.Result run(String... arguments) throws IOException, InterruptedException {
            return runnel.await(start(arguments));
        }

        Process start(String... arguments) throws IOException {
            var all = new java.util.ArrayList<>(java.util.List.of(arguments));
            all.add("--socket");
            all.add(socket.toString());
            return runnel.start(all.toArray(String[]::new));
        }

        private static int freePort() throws IOException {
            try (var probe = new ServerSocket(0)) {
                return probe.getLocalPort();
            }
        }

        @Override
        public void close() {
            process.destroy();
            var log = "";
            try {
                log = runnel.await(process).err();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            assertThat(process.exitValue()).as(log).isEqualTo(143);
        }
    }
}
