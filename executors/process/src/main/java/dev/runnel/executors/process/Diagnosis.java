package dev.runnel.executors.process;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// From what bubblewrap says when it fails to what an operator can do about it.
///
/// @param root the host's root, another folder in tests
record Diagnosis(Path root) {
    private static final String RESTRICTED_BY_APPARMOR = "proc/sys/kernel/apparmor_restrict_unprivileged_userns";
    private static final String FORBIDDEN_TO_USERS = "proc/sys/kernel/unprivileged_userns_clone";
    private static final String MAXIMUM = "proc/sys/user/max_user_namespaces";

    /// @param complaint what the launcher, bubblewrap or the runner said, perhaps nothing
    /// @param otherwise what is known if they said nothing
    static SandboxException failedLaunch(String complaint, String otherwise, Throwable cause) {
        var said = complaint.isEmpty() ? otherwise : complaint;
        var cure = new Diagnosis(Path.of("/")).cure(complaint);
        var reason = cure.isPresent() ? new Reason.Unsupported() : new Reason.Unavailable();
        return new SandboxException(
                reason,
                "a bubblewrap sandbox could not be opened: " + said
                        + cure.map(text -> "; " + text).orElse(""),
                cause);
    }

    /// Why there are no cells, and what helps, where that is known. They need user namespaces inside of
    /// one, which a security module or an old kernel may refuse where a plain sandbox is allowed.
    static String ofCells(SandboxException failure) {
        var said = String.valueOf(failure.getMessage());
        var cure = new Diagnosis(Path.of("/")).cureForCells(KernelVersion.running());
        return said
                + cure.filter(text -> !said.contains(text))
                        .map(text -> "; " + text)
                        .orElse("");
    }

    Optional<String> cureForCells(KernelVersion kernel) {
        if (kernel.isBefore(KernelVersion.CELLS)) {
            return Optional.of("cells need Linux " + KernelVersion.CELLS + ", this is " + kernel);
        }
        if (value(FORBIDDEN_TO_USERS).equals("0")
                || value(RESTRICTED_BY_APPARMOR).equals("1")
                || value(MAXIMUM).equals("0")) {
            return Optional.of(namespaces());
        }
        return Optional.empty();
    }

    /// What helps, where that is known.
    Optional<String> cure(String complaint) {
        if (complaint.contains("new namespace")
                || complaint.contains("uid map")
                || complaint.contains("user namespace")
                || complaint.contains("loopback")) {
            return Optional.of(namespaces());
        }
        if (complaint.contains("mount proc")) {
            return Optional.of("this container hides parts of /proc, so the kernel refuses a new one: start it with"
                    + " --security-opt systempaths=unconfined");
        }
        if (complaint.contains("setresuid") || complaint.contains("setresgid")) {
            return Optional.of("the uid range is not in the daemon's user namespace: configure one that is");
        }
        return Optional.empty();
    }

    private String namespaces() {
        if (value(FORBIDDEN_TO_USERS).equals("0")) {
            return "this kernel gives user namespaces to root only: sysctl kernel.unprivileged_userns_clone=1";
        }
        if (value(RESTRICTED_BY_APPARMOR).equals("1")) {
            return "AppArmor gives user namespaces only to programs with a profile that allows them: install one for"
                    + " bwrap (with `userns,`), or sysctl kernel.apparmor_restrict_unprivileged_userns=0";
        }
        if (value(MAXIMUM).equals("0")) {
            return "user namespaces are turned off: sysctl user.max_user_namespaces=15000";
        }
        if (Files.exists(root.resolve(".dockerenv")) || Files.exists(root.resolve("run/.containerenv"))) {
            return "this looks like a container, whose seccomp profile refuses user namespaces: start it with a profile"
                    + " that allows clone, unshare, mount, umount2, pivot_root and sethostname";
        }
        return "the kernel or a security module refuses user namespaces to this user";
    }

    private String value(String file) {
        try {
            return Files.readString(root.resolve(file)).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
