package dev.runnel.server;

import java.util.ArrayDeque;
import java.util.Deque;

/// What was started, to be stopped in the reverse order. Not thread-safe.
final class Closing {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /// Remembers `resource` and returns it.
    <T extends AutoCloseable> T add(T resource) {
        started.push(resource);
        return resource;
    }

    /// Stops everything, whatever fails; what failed is thrown at the end, the first with the others
    /// suppressed.
    void stopAll() throws Exception {
        Exception first = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
