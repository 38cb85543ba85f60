package dev.runnel.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the machine around a daemon should be warned of; found by reading /proc, so it needs no daemon.
///
/// @param proc the machine's /proc
record HostChecks(Path proc) {
    /// Nested namespaces with their own limits, and pidfds, are all there.
    private static final int[] KERNEL = {5, 14};

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

    /// A warning each, with what to do; none on a good machine.
    List<String> warnings() {
        var warnings = new ArrayList<String>();
        kernel().ifPresent(warnings::add);
        corePattern().ifPresent(warnings::add);
        appArmor().ifPresent(warnings::add);
        userNamespaces().ifPresent(warnings::add);
        return warnings;
    }

    /// The running kernel's release, if it can be read.
    Optional<String> release() {
        return read("sys/kernel/osrelease");
    }

    private Optional<String> kernel() {
        return release()
                .map(RELEASE::matcher)
                .filter(matcher -> matcher.matches())
                .flatMap(matcher -> {
                    var major = Integer.parseInt(matcher.group(1));
                    var minor = Integer.parseInt(matcher.group(2));
                    var isOld = major < KERNEL[0] || (major == KERNEL[0] && minor < KERNEL[1]);
                    return isOld
                            ? Optional.of("the kernel is older than 5.14: some limits are weaker; update it if you can")
                            : Optional.empty();
                });
    }

    private Optional<String> corePattern() {
        return read("sys/kernel/core_pattern")
                .filter(pattern -> pattern.startsWith("|"))
                .map(pattern ->
                        "a crash in a sandbox starts a program of the host as root (kernel.core_pattern is a pipe,"
                                + " core(5)): sysctl -w kernel.core_pattern=core unless you need that program");
    }

    private Optional<String> appArmor() {
        return read("sys/kernel/apparmor_restrict_unprivileged_userns")
                .filter("1"::equals)
                .map(one ->
                        "AppArmor keeps unprivileged programs from user namespaces (Ubuntu 23.10 and later): run the"
                                + " daemon as root, or give bwrap an AppArmor profile that allows userns");
    }

    private Optional<String> userNamespaces() {
        return read("sys/user/max_user_namespaces")
                .or(() -> Optional.of("0"))
                .filter("0"::equals)
                .map(zero -> "user namespaces are switched off: sysctl -w user.max_user_namespaces=10000");
    }

    private Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(proc.resolve(file)).strip());
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
