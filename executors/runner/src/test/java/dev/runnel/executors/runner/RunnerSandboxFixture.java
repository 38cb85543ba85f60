package dev.runnel.executors.runner;

import dev.runnel.executors.testkit.ManualTime;
import dev.runnel.executors.testkit.RecordingSink;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A plain sandbox on a scripted runner, and a clock that stands still.
abstract class RunnerSandboxFixture {
    final ManualTime time = new ManualTime();
    final AtomicInteger destroyed = new AtomicInteger();
    final RecordingSink sink = new RecordingSink();
    FakeRunner.Connected connected;
    FakeRunner runner;
    RunnerSandbox sandbox;

    @BeforeEach
    void open() throws Exception {
        connected = FakeRunner.connect(Programs.alarms(time));
        runner = connected.runner();
        sandbox = sandbox();
    }

    @AfterEach
    void close() {
        sandbox.close();
        connected.close();
    }

    RunnerSandbox sandbox() {
        return new RunnerSandbox(
                Programs.DESCRIPTION, connected.connection(), Programs.DEFAULTS, destroyed::incrementAndGet);
    }

    Run start() {
        return new Run(sandbox, Programs.any(), Programs.quiet(), sink);
    }
}
