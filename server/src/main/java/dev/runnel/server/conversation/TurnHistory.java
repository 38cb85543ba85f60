package dev.runnel.server.conversation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The turns of a conversation that have ended. Memory is bounded: of very many, the oldest are forgotten. Thread-safe.
final class TurnHistory {
    private static final int WEIGHT = 512;
    private static final long KEPT = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final ArrayDeque<EndedTurn> turns = new ArrayDeque<>();

    @GuardedBy("lock") private long weight;

    @GuardedBy("lock") private int count;

    void add(Input.Action.Turn said, Turn.Result result) {
        lock.lock();
        try {
            var turn = new EndedTurn(
                    ++count, said, result.text(), result.blocksRun(), result.succeeded(), result.executions());
            turns.addLast(turn);
            weight += weight(turn);
            while (weight > KEPT && turns.size() > 1) {
                weight -= weight(turns.removeFirst());
            }
        } finally {
            lock.unlock();
        }
    }

    /// How many there were.
    int count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /// Those that are remembered, oldest first.
    List<EndedTurn> turns() {
        lock.lock();
        try {
            return List.copyOf(turns);
        } finally {
            lock.unlock();
        }
    }

    private static long weight(EndedTurn turn) {
        return WEIGHT + 2L * turn.said().length() + 2L * turn.text().length();
    }
}
