package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// An executor whose programs are [Script]s in this JVM.
///
/// It keeps the promises of the SPI as a real one does, the contract test of this module included:
/// back-pressure, cancel by interrupt, every limit, sessions. It isolates nothing, and no daemon but a test's
/// should have it.
public final class FakeExecutor implements Executor {
    private final Scripts scripts;
    private final Time time;
    private final List<String> images;
    private final SandboxDescription description = describe(Optional.empty());
    private final Checkpoints checkpoints = new Checkpoints();
    private final Set<FakeSandbox> open = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<SandboxException> refusals = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /// Programs in the words of [LineScript], on the real clock.
    public FakeExecutor() {
        this(Scripts.lines(), Time.real());
    }

    public FakeExecutor(Scripts scripts, Time time) {
        this(scripts, time, List.of());
    }

    /// One that lets these images be named; what runs is the same in all of them.
    public static FakeExecutor withImages(String... images) {
        return new FakeExecutor(Scripts.lines(), Time.real(), List.of(images));
    }

    private FakeExecutor(Scripts scripts, Time time, List<String> images) {
        this.scripts = scripts;
        this.time = time;
        this.images = images;
    }

    private static SandboxDescription describe(Optional<String> imageDigest) {
        var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
        for (var limit : LimitKind.values()) {
            enforcement.put(limit, limit == LimitKind.CPU ? Mechanism.NONE : Mechanism.WATCHDOG);
        }
        return new SandboxDescription(
                "fake", Isolation.PROCESS, SandboxDescription.Kind.PLAIN, imageDigest, enforcement);
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public ExecutorCapabilities capabilities() {
        Map<String, LanguageSupport> languages = Map.of(
                "python", new LanguageSupport.Supported("fake 1"),
                "bash", new LanguageSupport.Supported("fake 1"),
                "javascript", new LanguageSupport.Supported("fake 1"));
        return new ExecutorCapabilities(
                Optional.empty(), description, languages, images, List.of("a fake: it isolates nothing"));
    }

    /// As made up as the images are.
    @Override
    public Optional<String> imageDigest(SandboxSpec spec) {
        return spec.image().map("fake:"::concat);
    }

    @Override
    public FakeSandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("cancelled before the sandbox was open");
        }
        if (closed.get()) {
            throw new SandboxException(new Reason.Unavailable(), "the fake executor is closed");
        }
        var refusal = refusals.poll();
        if (refusal != null) {
            throw refusal;
        }
        var description = describe(spec.imageDigest().or(() -> imageDigest(spec)));
        var sandbox = new FakeSandbox(spec, description, scripts, time, checkpoints, open::remove);
        open.add(sandbox);
        return sandbox;
    }

    @Override
    public void close() {
        closed.set(true);
        open.forEach(FakeSandbox::close);
    }

    // For tests

    /// The next call of [#open] that no other refusal is waiting for fails so.
    public void refuseNextOpen(Reason reason) {
        refusals.add(new SandboxException(reason, "the test asked the fake executor to refuse: " + reason));
    }

    /// Sandboxes that are open now.
    public Set<FakeSandbox> openSandboxes() {
        return Set.copyOf(open);
    }

    /// Blocks until a program has reached `checkpoint`; fails after 30 s.
    public void awaitReached(String checkpoint) throws InterruptedException {
        checkpoints.awaitReached(checkpoint);
    }

    /// Lets programs that wait at `checkpoint`, now or later, go on.
    public void release(String checkpoint) {
        checkpoints.release(checkpoint);
        open.forEach(FakeSandbox::wake);
    }
}
