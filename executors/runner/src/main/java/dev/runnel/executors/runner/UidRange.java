package dev.runnel.executors.runner;

/// User and group ids, the same numbers for both, that belong to nobody else on this machine.
public record UidRange(int first, int count) {
    public UidRange {
        if (first < 1 || count < 1 || first > Integer.MAX_VALUE - count) {
            throw new IllegalArgumentException("uids must be a range of positive ids, was " + count + " from " + first);
        }
    }

    public boolean contains(int uid) {
        return uid >= first && uid - first < count;
    }

    @Override
    public String toString() {
        return count == 1 ? Integer.toString(first) : first + "-" + (first + count - 1);
    }
}
