package dev.runnel.executors.process;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.testkit.RecordingSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/// Measures what a fresh sandbox costs: its opening, a program in it, its closing, beside the same program started
/// bare.
/// Run by hand on a quiet machine (docs/performance.md); prints one line for each.
final class SandboxLatency {
    private static final int ROUNDS = 200;
    private static final int WARMING = 100;

    private SandboxLatency() {}

    /// @param args the cgroup mode, AUTO when there is none
    static void main(String[] args) throws Exception {
        var cgroups = args.length == 0 ? CgroupMode.AUTO : CgroupMode.valueOf(args[0]);
        var runtime = Files.createTempDirectory("runnel-latency");
        try (var executor = Bubblewrap.executor(Bubblewrap.config(runtime, cgroups))) {
            // On a virtual thread, as a daemon does.
            var measured = new ArrayList<Callable<Boolean>>();
            measured.add(() -> bare("python", "/usr/bin/python3", "-c", "print(1)"));
            measured.add(() -> sandboxed("python", executor, Programs.python("print(1)")));
            measured.add(() -> bare("bash", "/bin/bash", "-c", "echo 1"));
            measured.add(() -> sandboxed("bash", executor, Programs.bash("echo 1")));
            for (var measurement : measured) {
                var task = new FutureTask<>(measurement);
                Thread.ofVirtual().start(task);
                task.get();
            }
        }
        Files.deleteIfExists(runtime.resolve("uids"));
        Files.delete(runtime);
    }

    private static boolean bare(String name, String... command) throws Exception {
        var times = new ArrayList<Long>();
        for (var round = 0; round < WARMING + ROUNDS; round++) {
            var begin = System.nanoTime();
            new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            times.add(System.nanoTime() - begin);
        }
        print(name + " bare, from Java", times);
        return true;
    }

    private static boolean sandboxed(String name, ProcessExecutor executor, Program program) throws Exception {
        var opening = new ArrayList<Long>();
        var running = new ArrayList<Long>();
        var closing = new ArrayList<Long>();
        var outcome = new ArrayList<Long>();
        for (var round = 0; round < WARMING + ROUNDS; round++) {
            var begin = System.nanoTime();
            var sandbox = executor.open(Programs.spec());
            var open = System.nanoTime();
            sandbox.run(program, ProgramInput.none(), new RecordingSink());
            var ran = System.nanoTime();
            sandbox.close();
            var closed = System.nanoTime();
            opening.add(open - begin);
            running.add(ran - open);
            closing.add(closed - ran);
            outcome.add(ran - begin);
        }
        print(name + " open → ready", opening);
        print(name + " run → outcome", running);
        print(name + " open → outcome", outcome);
        print(name + " close", closing);
        return true;
    }

    private static void print(String what, List<Long> times) {
        var sorted = new ArrayList<>(times.subList(WARMING, times.size()));
        Collections.sort(sorted);
        System.out.printf(
                "%-24s min %5.1f  p50 %5.1f  p90 %5.1f ms%n",
                what, ms(sorted, 0), ms(sorted, sorted.size() / 2), ms(sorted, sorted.size() * 9 / 10));
    }

    private static double ms(List<Long> sorted, int index) {
        return sorted.get(index) / 1e6;
    }
}
