package dev.runnel.executors.docker;

import dev.runnel.executors.docker.NurseryContainers.Home;
import dev.runnel.executors.runner.Alarms;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.RunnerSandbox;
import dev.runnel.executors.runner.TrackedSandbox;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.PoolStatistics;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Opens containers of a Docker Engine, each for one execution or session: a hardened container in which
/// nothing has run but the runner.
///
/// Making one never fails: where there is no engine, [#capabilities()] says why and [#open] refuses until
/// there is one.
///
/// An engine that stops to answer is noticed within [Pulse#BEAT_WITHIN] and [Pulse#FELT_EVERY], by who asks
/// something of it: then [#open] fails, and closing a sandbox leaves the container, in which nothing runs
/// any more, to be removed later.
public final class DockerExecutor implements Executor {

    private final DockerExecutorConfig config;
    private final Engine engine;
    private final Catalog catalog;
    private final KnownImages images;
    private final InstanceDirectory instance;
    private final Interpreters interpreters;
    private final ContainerMaker maker;
    private final WarmPool<Container.Kind, Container> pool;
    private final Upkeep upkeep;
    private final EngineProbe probe;
    /// Where they are configured.
    private final Optional<TenantCells> cells;

    private final Semaphore slots;
    private final Set<Sandbox> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @throws IOException when the runtime directory can't be used, or the runner is missing
    public DockerExecutor(DockerExecutorConfig config) throws IOException {
        if (!Files.isExecutable(config.runner())) {
            throw new IOException("the distribution is incomplete: " + config.runner() + " is missing");
        }
        this.config = config;
        this.engine = new Engine(config.engine());
        this.catalog = new Catalog(config.images(), config.languages());
        this.images = new KnownImages(
                engine::image, new Pulls(engine::pull), config.images().pull(), InstantSource.system());
        var reaper = new ContainerReaper(engine);
        var runtime = config.runtimeDirectory().toAbsolutePath();
        this.instance = InstanceDirectory.create(runtime, reaper);
        var owner = Owner.of(runtime);
        this.upkeep = new Upkeep(engine, reaper, runtime, instance.name(), owner);
        this.interpreters = new Interpreters(config.languages());
        var warm = WarmFolders.make(instance.directory().resolve("warm"), config.languages(), config.forker());
        this.maker = new ContainerMaker(engine, instance, upkeep, owner, config, warm);
        this.pool = new WarmPool<>(this::makeForStock, config.pool(), Alarms.real(), InstantSource.system());
        this.slots = new Semaphore(config.maxSandboxes());
        this.probe = new EngineProbe(config, engine, catalog, this::openForProbe, this::tryCell);
        this.cells = config.cells().mode() == CellMode.OFF
                ? Optional.empty()
                : Optional.of(TenantCells.of(config, maker, probe, runtime));
        upkeep.begin(pool::tend, this::engineIsBack);
    }

    private Sandbox openForProbe(SandboxSpec spec, Traits traits) throws SandboxException, InterruptedException {
        return switch (traits.kind()) {
            case PLAIN -> sandbox(maker.make(kind(spec, traits)), traits);
            case CELL ->
                cells.orElseThrow().openAlone(new Home(spec.tenant(), images.find(catalog.choose(spec))), spec);
        };
    }

    private void tryCell(ContainerImage image) throws SandboxException, InterruptedException {
        cells.orElseThrow()
                .openAlone(new Home(EngineProbe.TENANT, image), EngineProbe.spec(Optional.of(image.reference())))
                .close();
    }

    /// A container that breaks while it waits is replaced at once.
    private Container makeForStock(Container.Kind kind) throws SandboxException, InterruptedException {
        var container = maker.make(kind);
        container.connection().onEnd(() -> Thread.ofVirtual().start(pool::tend));
        return container;
    }

    /// It may be another than before, by its version or settings.
    private void engineIsBack() {
        images.forget();
        pool.retry();
        probe.forget();
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public ExecutorCapabilities capabilities() {
        // Upkeep looks for an engine that is lost.
        return engine.trouble().map(probe::unavailable).orElseGet(probe::capabilities);
    }

    /// Finds out what the sandbox will be made of, whatever becomes of the tag until then. Absent while the image is
    /// yet
    /// to be pulled.
    @Override
    public Optional<String> imageDigest(SandboxSpec spec) throws SandboxException {
        return images.now(catalog.choose(spec)).map(ContainerImage::id);
    }

    /// How the stock of started containers has done.
    @Override
    public Optional<PoolStatistics> pool() {
        var done = pool.statistics();
        return Optional.of(new PoolStatistics(done.hits(), done.misses(), done.stock()));
    }

    @Override
    public Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        if (closed || !slots.tryAcquire()) {
            throw closed
                    ? new SandboxException(new Reason.Unavailable(), "executor " + name() + " is closed")
                    : new SandboxException(
                            new Reason.Exhausted(),
                            "executor " + name() + " has all " + config.maxSandboxes() + " sandboxes open");
        }
        var opened = false;
        try {
            var traits = probe.traits();
            var sandbox = new TrackedSandbox(openSomehow(spec, traits), closing -> {
                open.remove(closing);
                slots.release();
            });
            opened = true;
            open.add(sandbox);
            if (closed) {
                sandbox.close();
                throw new SandboxException(new Reason.Unavailable(), "executor " + name() + " was closed");
            }
            return sandbox;
        } finally {
            if (!opened) {
                slots.release();
            }
        }
    }

    /// Where nothing can be made of what the image's reference stood for, it may stand for something else by now. That
    /// helps only one to whom nobody has said what it will be.
    private Container take(SandboxSpec spec, Traits traits) throws SandboxException, InterruptedException {
        var kind = kind(spec, traits);
        try {
            return take(kind);
        } catch (SandboxException e) {
            images.forget();
            var now = kind(spec, traits);
            if (now.equals(kind)) {
                throw e;
            }
            return take(now);
        }
    }

    private Container take(Container.Kind kind) throws SandboxException, InterruptedException {
        return kind.extras().isEmpty() ? pool.take(kind) : maker.make(kind);
    }

    /// A nursery is its tenant's and not a request's, so what only a request has is in a container of its own.
    private Sandbox openSomehow(SandboxSpec spec, Traits traits) throws SandboxException, InterruptedException {
        if (traits.kind() == SandboxDescription.Kind.CELL && spec.extras().isEmpty()) {
            return cells.orElseThrow().open(new Home(spec.tenant(), image(spec, traits)), spec);
        }
        var plain = traits.kind() == SandboxDescription.Kind.PLAIN ? traits : probe.outside();
        return sandbox(take(spec, plain), plain);
    }

    private Container.Kind kind(SandboxSpec spec, Traits traits) throws SandboxException, InterruptedException {
        var unknown = spec.extras().missingFrom(config.extras().names());
        if (!unknown.isEmpty()) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "executor " + name() + " has no " + String.join(", no ", unknown) + ": executors.docker");
        }
        var image = image(spec, traits);
        return new Container.Kind(
                image,
                spec.limits(),
                traits.mountsSockets() && config.engine().getScheme().equals("unix"),
                spec.extras(),
                interpreters.waiting(spec.interpreter(), traits.defaults(image, spec.limits())));
    }

    private ContainerImage image(SandboxSpec spec, Traits traits) throws SandboxException, InterruptedException {
        var image = image(spec);
        if (!image.platform().equals(traits.platform())) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "image " + image.reference() + " is for " + image.platform() + ", but the engine at "
                            + config.engine() + " runs " + traits.platform() + ": name or pull one for that");
        }
        return image;
    }

    private ContainerImage image(SandboxSpec spec) throws SandboxException, InterruptedException {
        var reference = catalog.choose(spec);
        if (spec.imageDigest().isEmpty()) {
            return images.find(reference);
        }
        var digest = spec.imageDigest().get();
        var now = images.now(reference).filter(image -> image.id().equals(digest));
        return now.isPresent()
                ? now.get()
                : images.withDigest(digest)
                        .orElseThrow(() -> new SandboxException(
                                new Reason.Unavailable(),
                                "image " + reference
                                        + " has been replaced since this was accepted, and what it stood for is gone"));
    }

    private Sandbox sandbox(Container container, Traits traits) {
        var image = container.kind().image();
        var runner = new RunnerSandbox(
                traits.describe(Optional.of(image.id())),
                container.connection(),
                traits.defaults(image, container.kind().limits()),
                container.footprint()::destroy);
        return new ContainerSandbox(runner, image, container.footprint(), this::awaitLull);
    }

    private void awaitLull() {
        try {
            if (!closed) {
                pool.awaitLull();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            open.forEach(sandbox -> threads.execute(sandbox::close));
        }
        cells.ifPresent(TenantCells::close);
        pool.close();
        upkeep.close();
        instance.close();
        engine.close();
    }
}
