package dev.runnel.executors.docker;

import com.github.dockerjava.api.model.PullResponseItem;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has images pulled, each once however many need it, and tells the log how far it is. Whoever waits may stop to wait;
/// the
/// pull goes on for the next. Thread-safe.
final class Pulls implements KnownImages.Pulling {
    private static final Duration TOLD_EVERY = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(Pulls.class);

    private final Source engine;
    private final ConcurrentHashMap<String, FutureTask<Void>> underWay = new ConcurrentHashMap<>();

    Pulls(Source engine) {
        this.engine = engine;
    }

    /// An engine that pulls.
    @FunctionalInterface
    interface Source {
        void pull(String reference, Consumer<PullResponseItem> progress) throws SandboxException, InterruptedException;
    }

    @Override
    public void pull(String reference) throws SandboxException, InterruptedException {
        try {
            begin(reference).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SandboxException failure) {
                throw new SandboxException(failure.reason(), String.valueOf(failure.getMessage()), failure);
            }
            throw new SandboxException(new Reason.Unavailable(), "image " + reference + " could not be pulled", e);
        }
    }

    /// Does not wait.
    FutureTask<Void> begin(String reference) {
        return underWay.computeIfAbsent(reference, _ -> {
            var task = new FutureTask<Void>(() -> {
                try {
                    LOG.info("pulling image {}", reference);
                    engine.pull(reference, new Progress(reference));
                    LOG.info("image {} is pulled", reference);
                    return null;
                } catch (SandboxException e) {
                    LOG.warn("{}", e.getMessage());
                    throw e;
                } finally {
                    underWay.remove(reference);
                }
            });
            Thread.ofVirtual().name("pull-" + reference).start(task);
            return task;
        });
    }

    /// Says now and then how much of an image is there. For one thread.
    private static final class Progress implements Consumer<PullResponseItem> {
        private final String reference;
        private final ConcurrentHashMap<String, long[]> layers = new ConcurrentHashMap<>();
        private long told = System.nanoTime();

        Progress(String reference) {
            this.reference = reference;
        }

        @Override
        public void accept(PullResponseItem item) {
            var detail = item.getProgressDetail();
            if (item.getId() != null && detail != null && detail.getCurrent() != null && detail.getTotal() != null) {
                layers.put(item.getId() + item.getStatus(), new long[] {detail.getCurrent(), detail.getTotal()});
            }
            if (System.nanoTime() - told > TOLD_EVERY.toNanos()) {
                told = System.nanoTime();
                LOG.info(
                        "pulling image {}: {} of {} bytes",
                        reference,
                        layers.values().stream().mapToLong(bytes -> bytes[0]).sum(),
                        layers.values().stream().mapToLong(bytes -> bytes[1]).sum());
            }
        }
    }
}
