package dev.runnel.bench;

import dev.runnel.v1.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `dev/bench --quick`: every row of the project's promises, in a few minutes.
///
/// Ours and the reference take turns, so that both meet the same noise; each row gives medians. Exits 1 if a target is
/// missed.
public final class Quick {
    private static final int WARM_UP = 30;

    /// The JIT compilers of daemon and client need about so many calls; a daemon lives for weeks.
    private static final int HOP_WARM_UP = 10_000;

    /// The sandboxes are cold each time; the daemon is not.
    /// As long as it takes the JIT compilers to be done.
    private static final int CONTAINER_WARM_UP = 8_000;

    private static final int COLD_WARM_UP = 400;

    private static final double NANOS_PER_MILLI = 1e6;
    private static final List<String> BARE_PYTHON = List.of("/usr/bin/python3", "-c", "print(1)");
    private static final String PYTHON_IMAGE = "python:3.11-slim";
    private static final String RUNC = "runc";
    private static final String GVISOR = "runsc";
    private static final long STDOUT_BYTES = 1L << 30;

    private final List<Row> rows = new ArrayList<>();

    private Quick() {}

    /// Takes `--home DISTRIBUTION` and, for the reader's sake, `--quick`; with `--cells` only the rows of fresh cells,
    /// with
    /// `--docker` only those of containers.
    public static void main(String[] args) throws IOException, InterruptedException {
        var arguments = List.of(args);
        var home = Path.of(arguments.get(arguments.indexOf("--home") + 1));
        var quick = new Quick();
        System.out.println(Row.header());
        if (arguments.contains("--cells")) {
            quick.cells(home);
        } else if (arguments.contains("--docker")) {
            quick.docker(home);
        } else {
            quick.hop(home);
            quick.real(home);
            quick.plain(home);
            quick.docker(home);
        }
        System.exit(quick.rows.stream().allMatch(Row::holds) ? 0 : 1);
    }

    /// The way through gRPC and the daemon and back, with a program that costs nothing.
    private void hop(Path home) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = List.of(
                java,
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FakeDaemon.class.getName(),
                home.resolve("languages").toString());
        try (var daemon = new DaemonProcess(command)) {
            var load = new Load(daemon.channel(), "fake");
            repeat(HOP_WARM_UP, () -> load.execute("python", "print 1"));
            var hop = repeat(2_000, () -> load.execute("python", "print 1"));
            add(Row.absolute("gRPC hop, fake executor", hop / NANOS_PER_MILLI, "ms", 0.6, true));
        }
    }

    private void cells(Path home) throws IOException, InterruptedException {
        try (var daemon = new DaemonProcess(serve(home))) {
            new Cells(new Load(daemon.channel(), ""), new PosixSpawn(), this::add).measure();
        }
    }

    private static List<String> serve(Path home) {
        return List.of(home.resolve("bin/runnel").toString(), "serve");
    }

    private void real(Path home) throws IOException, InterruptedException {
        try (var daemon = new DaemonProcess(serve(home))) {
            var load = new Load(daemon.channel(), "");
            new Cells(load, new PosixSpawn(), this::add).measure();
            stdout(load);
            live(load);
            overLimit(load);
            silentClient(load);
        }
    }

    /// Without cells.
    private void plain(Path home) throws IOException, InterruptedException {
        try (var daemon = new DaemonProcess(serve(home), "executors: {process: {cells: off}}\n")) {
            coldPython(new Load(daemon.channel(), ""));
        }
    }

    /// Of the engine that DOCKER_HOST names.
    private void docker(Path home) throws IOException, InterruptedException {
        var address = Optional.ofNullable(System.getenv("DOCKER_HOST")).orElse("unix:///var/run/docker.sock");
        try (var engine = new ReferenceEngine(address, PYTHON_IMAGE)) {
            var trouble = engine.trouble(RUNC);
            if (trouble.isPresent()) {
                System.err.println("SKIPPED: the rows of containers. The engine at " + address + ": " + trouble.get()
                        + ". dev/engine up and eval \"$(dev/engine env)\" provide one");
                return;
            }
            try (var daemon = new DaemonProcess(serve(home), dockerExecutor(address, RUNC))) {
                warmUp(daemon);
                containers(daemon, engine).measure();
            }
            var tenants = "    reuse: tenant\n";
            try (var daemon = new DaemonProcess(serve(home), dockerExecutor(address, RUNC) + tenants)) {
                containers(daemon, engine).measureTenant();
            }
            if (engine.trouble(GVISOR).isPresent()) {
                System.err.println("SKIPPED: the row of gVisor. The engine has no runtime " + GVISOR);
                return;
            }
            try (var daemon = new DaemonProcess(serve(home), dockerExecutor(address, GVISOR))) {
                warmUp(daemon);
                containers(daemon, engine).measureGvisor();
            }
        }
    }

    /// The way through the daemon, by programs that take less time.
    private static void warmUp(DaemonProcess daemon) throws InterruptedException {
        var cells = new Load(daemon.channel(), "process");
        var _ = Rate.perSecond(CONTAINER_WARM_UP, () -> cells.execute("python", "print(1)"));
    }

    private Containers containers(DaemonProcess daemon, ReferenceEngine engine) {
        var load = new Load(daemon.channel(), "docker");
        return new Containers(load, new PosixSpawn(), engine, daemon.runtime().toString(), this::add);
    }

    private static String dockerExecutor(String address, String runtime) {
        return """
                executors:
                  docker:
                    enabled: true
                    engine: %s
                    runtime: %s
                    images:
                      default: %s
                """.formatted(address, runtime, PYTHON_IMAGE);
    }

    private void coldPython(Load load) {
        var spawn = new PosixSpawn();
        repeat(COLD_WARM_UP, () -> load.execute("python", "print(1)"));
        repeat(WARM_UP, () -> spawn.run(BARE_PYTHON));
        var runs = 150;
        var ours = new double[runs];
        var bare = new double[runs];
        for (int i = 0; i < runs; i++) {
            bare[i] = spawn.run(BARE_PYTHON);
            ours[i] = load.execute("python", "print(1)");
        }
        add(Row.ratio(
                "python, plain sandbox, request to Finished / bare python3 -c",
                Row.median(ours) / NANOS_PER_MILLI,
                Row.median(bare) / NANOS_PER_MILLI,
                "ms",
                2.5));
    }

    private void stdout(Load load) {
        var limits = Limits.newBuilder().setOutputBytes(2 * STDOUT_BYTES).build();
        var code = "head -c " + STDOUT_BYTES + " /dev/zero";
        var rates = new double[5];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = load.outputRate("bash", code, limits) / 1e6;
        }
        add(Row.absolute("stdout of 1 GiB to a client that reads", Row.median(rates), "MB/s", 350, false));
    }

    private void live(Load load) {
        var code = "import time\nfor _ in range(30):\n    print(time.monotonic_ns()%s)\n    time.sleep(0.1)\n";
        add(Row.absolute(
                "a line printed, without flush, until the client has it (worst)",
                worst(load.delays("python", code.formatted(""))),
                "ms",
                20,
                true));
        add(Row.absolute(
                "a line printed, with flush, until the client has it (worst)",
                worst(load.delays("python", code.formatted(", flush=True"))),
                "ms",
                20,
                true));
    }

    private void overLimit(Load load) {
        var limit = Duration.ofMillis(300);
        programsThatWillNotDie().forEach((what, code) -> {
            var times = new double[5];
            for (int i = 0; i < times.length; i++) {
                times[i] = load.overLimit("bash", code, limit);
            }
            add(Row.absolute("limit to outcome: " + what, Row.median(times) / NANOS_PER_MILLI, "ms", 100, true));
        });
    }

    private static java.util.Map<String, String> programsThatWillNotDie() {
        var programs = new java.util.LinkedHashMap<String, String>();
        programs.put("double-forked daemon holds stdout", "(setsid sleep 1000 &) ; sleep 1000");
        programs.put("SIGTERM and SIGINT ignored", "trap '' TERM INT; while :; do sleep 1000; done");
        programs.put("stopped by SIGSTOP", "kill -STOP $$; sleep 1000");
        programs.put("flood of output", "yes");
        return programs;
    }

    private void silentClient(Load load) {
        var times = new double[5];
        for (int i = 0; i < times.length; i++) {
            times[i] = load.cancelWhileSilent("bench-silent-" + i);
        }
        add(Row.absolute(
                "CancelExecution while the client does not read",
                Row.median(times) / NANOS_PER_MILLI,
                "ms",
                100,
                true));
    }

    private void add(Row row) {
        System.out.println(row);
        rows.add(row);
    }

    private static double repeat(int times, Timed timed) {
        var values = new double[times];
        for (int i = 0; i < times; i++) {
            values[i] = timed.nanoseconds();
        }
        return Row.median(values);
    }

    private static double worst(List<Long> delays) {
        return delays.stream().mapToLong(Long::longValue).max().orElseThrow() / NANOS_PER_MILLI;
    }

    /// Something that tells how long it took.
    private interface Timed {
        long nanoseconds();
    }
}
