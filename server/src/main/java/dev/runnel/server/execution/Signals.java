package dev.runnel.server.execution;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Signals on their way to a program. As in the kernel, one that is already pending is not queued again, so
/// there is
/// a bound. Thread-safe.
final class Signals {
    /// SIGINT, signal(7).
    static final int INTERRUPT = 2;

    /// Guards all below.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition sent = lock.newCondition();
    private final Set<Integer> pending = new LinkedHashSet<>();
    private Optional<CancelledBy> interruptFor = Optional.empty();
    private Optional<CancelledBy> interruptedBy = Optional.empty();

    void send(int number) {
        lock.lock();
        try {
            pending.add(number);
            sent.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Sends SIGINT as the first step of a cancel.
    void interrupt(CancelledBy who) {
        lock.lock();
        try {
            if (interruptFor.isEmpty()) {
                interruptFor = Optional.of(who);
            }
            pending.add(INTERRUPT);
            sent.signal();
        } finally {
            lock.unlock();
        }
    }

    int next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (pending.isEmpty()) {
                sent.await();
            }
            int number = pending.iterator().next();
            pending.remove(number);
            if (number == INTERRUPT) {
                interruptedBy = interruptFor;
            }
            return number;
        } finally {
            lock.unlock();
        }
    }

    /// Who cancelled by a SIGINT that went on its way to the program.
    Optional<CancelledBy> interruptedBy() {
        lock.lock();
        try {
            return interruptedBy;
        } finally {
            lock.unlock();
        }
    }
}
