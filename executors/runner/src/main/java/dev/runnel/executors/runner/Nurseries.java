package dev.runnel.executors.runner;

import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The nurseries of all tenants: no two tenants share one. Thread-safe.
///
/// @param <K> what cells must have in common to share a nursery, a tenant above all
public final class Nurseries<K> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Nurseries.class);

    private final Nursery.Source<K> source;
    private final CellConfig config;
    private final InstantSource clock;
    private final Map<K, TenantNurseries<K>> tenants = new ConcurrentHashMap<>();
    private final Thread watch;
    private volatile boolean closed;

    /// @param checkEvery how often all of them are looked at
    public Nurseries(Nursery.Source<K> source, CellConfig config, InstantSource clock, Duration checkEvery) {
        this.source = source;
        this.config = config;
        this.clock = clock;
        this.watch = Thread.ofVirtual().name("watch-nurseries").start(() -> watch(checkEvery));
    }

    /// Opens a cell in the nursery of that key, which is started if there is none.
    public Sandbox open(K key, SandboxSpec spec) throws SandboxException, InterruptedException {
        var nurseries = tenants.computeIfAbsent(key, _ -> new TenantNurseries<>(key, source, config, clock));
        if (closed) {
            throw new SandboxException(new Reason.Unavailable(), "the executor was closed");
        }
        return nurseries.open(spec);
    }

    /// Looks at all of them once. One that does not answer holds up none of the others.
    public void check() {
        forEach(nurseries -> {
            try {
                nurseries.check();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Destroys all of them.
    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        forEach(TenantNurseries::close);
    }

    private void watch(Duration every) {
        while (!closed) {
            try {
                Thread.sleep(every);
                check();
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.error("looking at nurseries failed; it is tried again", e);
            }
        }
    }

    private void forEach(Consumer<TenantNurseries<K>> action) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            tenants.values().forEach(nurseries -> threads.execute(() -> action.accept(nurseries)));
        }
    }
}
