package dev.runnel.bench;

import dev.runnel.v1.Limits;
import java.util.List;
import java.util.function.Consumer;

/// Programs in fresh containers, beside bare starts of their interpreter and what others do with an engine.
///
/// @param load to a daemon whose executor `docker` is asked for
/// @param runtime the daemon's folder
/// @param add where the rows go
record Containers(Load load, PosixSpawn spawn, ReferenceEngine engine, String runtime, Consumer<Row> add) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String PROGRAM = "print(1)";
    private static final List<String> BARE_PYTHON = List.of("/usr/bin/python3", "-c", PROGRAM);
    private static final List<String> PYTHON_INSIDE = List.of("python3", "-c", PROGRAM);
    private static final int WARM_UP = 20;
    private static final int RUNS = 60;

    /// Longer than it takes to remove a container and to have the next one ready: 0.4 s.
    private static final int PAUSE_MILLIS = 900;

    private static final int GVISOR_RUNS = 30;
    private static final int GVISOR_PAUSE_MILLIS = 1_800;
    private static final int REFILLS = 20;
    private static final int ROUNDS = 3;
    private static final int SUSTAINED = 60;
    /// As long as it takes the JIT compilers to be done.
    private static final int TENANT_WARM_UP = 8_000;
    private static final int TENANT_SUSTAINED = 1_000;
    private static final long STDOUT_BYTES = 1L << 30;

    void measure() throws InterruptedException {
        warmUp();
        fresh();
        refill();
        stdout();
        sustained();
    }

    /// A fresh cell in the tenant's container for each program.
    void measureTenant() throws InterruptedException {
        var _ = Rate.perSecond(TENANT_WARM_UP, () -> load.execute("python", PROGRAM));
        var rates = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            rates[i] = Rate.perSecond(TENANT_SUSTAINED, () -> load.execute("python", PROGRAM));
        }
        add.accept(
                Row.absolute("python, fresh cells in a container, 4 in flight", Row.median(rates), "/s", 250, false));
    }

    /// A kernel of its own under each program.
    void measureGvisor() throws InterruptedException {
        warmUp();
        var ours = new double[GVISOR_RUNS];
        var bare = new double[GVISOR_RUNS];
        for (int i = 0; i < ours.length; i++) {
            Thread.sleep(GVISOR_PAUSE_MILLIS);
            bare[i] = spawn.run(BARE_PYTHON);
            ours[i] = load.execute("python", PROGRAM);
        }
        ratio("python, fresh container of gVisor / bare", ours, bare, 1.5);
    }

    private void warmUp() {
        for (int i = 0; i < WARM_UP; i++) {
            load.execute("python", PROGRAM);
            spawn.run(BARE_PYTHON);
        }
    }

    /// One at a time, each when nothing else is under way.
    private void fresh() throws InterruptedException {
        var ours = new double[RUNS];
        var bare = new double[RUNS];
        var executed = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            Thread.sleep(PAUSE_MILLIS);
            executed[i] = engine.execute(PYTHON_INSIDE);
            Thread.sleep(PAUSE_MILLIS / 3);
            bare[i] = spawn.run(BARE_PYTHON);
            ours[i] = load.execute("python", PROGRAM);
        }
        ratio("python, fresh container, request to Finished / bare", ours, bare, 0.45);
        add.accept(new Row(
                "exec in a container that runs / fresh container",
                Row.median(executed) / NANOS_PER_MILLI,
                Row.median(ours) / NANOS_PER_MILLI,
                "ms",
                12,
                false));
    }

    /// One right after the other: most of them wait for theirs to start.
    private void refill() {
        var before = System.nanoTime();
        for (int i = 0; i < REFILLS; i++) {
            load.execute("python", PROGRAM);
        }
        var perSecond = REFILLS * 1e9 / (System.nanoTime() - before);
        add.accept(Row.absolute("python, fresh containers without a pause", perSecond, "/s", 0, false));
    }

    private void stdout() {
        var limits = Limits.newBuilder().setOutputBytes(2 * STDOUT_BYTES).build();
        var rates = new double[5];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = load.outputRate("bash", "head -c " + STDOUT_BYTES + " /dev/zero", limits) / 1e6;
        }
        add.accept(Row.absolute(
                "stdout of 1 GiB from a container, to a client that reads", Row.median(rates), "MB/s", 350, false));
    }

    /// Rounds in turn.
    private void sustained() throws InterruptedException {
        Thread.sleep(PAUSE_MILLIS);
        var like = engine.containerOf(runtime);
        var ours = new double[ROUNDS];
        var cycles = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            cycles[i] = Rate.perSecond(SUSTAINED, () -> engine.cycle(like));
            ours[i] = Rate.perSecond(SUSTAINED, () -> load.execute("python", PROGRAM));
            Thread.sleep(PAUSE_MILLIS);
        }
        add.accept(new Row(
                "python, fresh containers / bare cycles, 4 in flight",
                Row.median(ours),
                Row.median(cycles),
                "/s",
                0.9,
                false));
    }

    private void ratio(String what, double[] ours, double[] bare, double target) {
        add.accept(
                Row.ratio(what, Row.median(ours) / NANOS_PER_MILLI, Row.median(bare) / NANOS_PER_MILLI, "ms", target));
    }
}
