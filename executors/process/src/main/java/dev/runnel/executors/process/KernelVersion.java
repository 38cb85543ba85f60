package dev.runnel.executors.process;

import java.util.Comparator;
import java.util.regex.Pattern;

/// The kernel's version as far as features depend on it.
record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    /// RLIMIT_NPROC counts per user namespace, so per sandbox; `cgroup.kill` is there.
    static final KernelVersion LIMITS_PER_NAMESPACE = new KernelVersion(5, 14);

    /// The youngest of what makes cells: setns(2) by pidfd is of 5.8, close_range(2) of 5.9.
    static final KernelVersion CELLS = new KernelVersion(5, 9);

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

    static KernelVersion running() {
        return parse(System.getProperty("os.version", ""));
    }

    /// @param release as uname(2) tells; what can't be read is taken for old
    static KernelVersion parse(String release) {
        var matcher = RELEASE.matcher(release);
        return matcher.matches()
                ? new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                : new KernelVersion(0, 0);
    }

    boolean isBefore(KernelVersion other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(KernelVersion other) {
        return Comparator.comparingInt(KernelVersion::major)
                .thenComparingInt(KernelVersion::minor)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
