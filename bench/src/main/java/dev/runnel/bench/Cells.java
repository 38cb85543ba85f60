package dev.runnel.bench;

import java.util.List;
import java.util.function.Consumer;

/// Programs in fresh cells, beside bare starts of their interpreters.
///
/// @param load to a daemon that has cells
/// @param add where the rows go
record Cells(Load load, PosixSpawn spawn, Consumer<Row> add) {
    private static final double NANOS_PER_MILLI = 1e6;

    /// The JIT compilers of daemon and client need about so many calls.
    private static final int WARM_UP = 2_000;

    private static final int RUNS = 200;
    private static final int SUSTAINED = 1_500;

    /// From 250 /s after the rows before it, the rate rises for so many calls.
    private static final int SUSTAINED_WARM_UP = 8_000;

    private static final int REFILLS = 40;

    /// Longer than a Node takes to be started and to wait.
    private static final int NODE_PAUSE_MILLIS = 150;

    private static final List<String> BARE_PYTHON = List.of("/usr/bin/python3", "-c", "print(1)");
    private static final List<String> BARE_NODE = List.of("/usr/bin/node", "-e", "console.log(1)");
    private static final List<String> BARE_BASH = List.of("/bin/bash", "-c", "echo 1");

    void measure() throws InterruptedException {
        for (int i = 0; i < WARM_UP; i++) {
            load.execute("python", "print(1)");
        }
        compare("python", "print(1)", BARE_PYTHON, 0, 0.5);
        compare("bash", "echo 1", BARE_BASH, 0, 3.5);
        compare("javascript", "console.log(1)", BARE_NODE, NODE_PAUSE_MILLIS, 0.5);
        refill();
        sustained();
    }

    /// Ours and the reference in turn.
    ///
    /// @param pauseMillis before each of ours
    private void compare(String language, String code, List<String> command, int pauseMillis, double target)
            throws InterruptedException {
        var runs = pauseMillis > 0 ? RUNS / 4 : RUNS;
        var ours = new double[runs];
        var bare = new double[runs];
        for (int i = 0; i < runs; i++) {
            bare[i] = spawn.run(command);
            Thread.sleep(pauseMillis);
            ours[i] = load.execute(language, code);
        }
        add.accept(Row.ratio(
                language + ", fresh cell, request to Finished / bare",
                Row.median(ours) / NANOS_PER_MILLI,
                Row.median(bare) / NANOS_PER_MILLI,
                "ms",
                target));
    }

    /// One Node right after the other: each waits for its own to start.
    private void refill() {
        var times = new double[REFILLS];
        for (int i = 0; i < times.length; i++) {
            times[i] = load.execute("javascript", "console.log(1)");
        }
        var perSecond = 1e3 / (Row.median(times) / NANOS_PER_MILLI);
        add.accept(Row.absolute("javascript, fresh cells without a pause", perSecond, "/s", 0, false));
    }

    private void sustained() throws InterruptedException {
        Rate.perSecond(SUSTAINED_WARM_UP, () -> load.execute("python", "print(1)"));
        var bare = Rate.perSecond(SUSTAINED, () -> spawn.run(BARE_PYTHON));
        var ours = Rate.perSecond(SUSTAINED, () -> load.execute("python", "print(1)"));
        add.accept(Row.absolute("python, fresh cells, 4 in flight", ours, "/s", 300, false));
        add.accept(new Row("python, fresh cells / bare starts, 4 in flight", ours, bare, "/s", 1, false));
    }
}
