package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.executors.spi.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a fake program has used so far. Belongs to the thread of its script.
final class FakeUsage {
    private Duration cpu = Duration.ZERO;
    private long memory;
    private int processes = 1;
    private long oomKills;
    private long stdoutBytes;
    private long stderrBytes;
    private long stdoutDropped;
    private long stderrDropped;

    Duration burn(Duration more) {
        cpu = cpu.plus(more);
        return cpu;
    }

    long allocate(long bytes) {
        memory = Math.addExact(memory, bytes);
        return memory;
    }

    void oomKilled() {
        oomKills++;
    }

    int processes() {
        return processes;
    }

    void forked() {
        processes++;
    }

    long written() {
        return stdoutBytes + stderrBytes;
    }

    void delivered(Stream stream, long bytes) {
        switch (stream) {
            case STDOUT -> stdoutBytes += bytes;
            case STDERR -> stderrBytes += bytes;
        }
    }

    void dropped(Stream stream, long bytes) {
        switch (stream) {
            case STDOUT -> stdoutDropped += bytes;
            case STDERR -> stderrDropped += bytes;
        }
    }

    Usage after(Duration wallTime) {
        return new Usage(
                wallTime,
                Optional.of(cpu),
                Optional.of(Duration.ZERO),
                Optional.of(DataSize.ofBytes(memory)),
                OptionalInt.of(processes),
                OptionalLong.of(oomKills),
                stdoutBytes,
                stderrBytes,
                stdoutDropped,
                stderrDropped);
    }
}
