package dev.runnel.server.execution;

import java.util.List;
import java.util.stream.IntStream;

/// Names of Linux's signals on x86-64 and arm64, signal(7).
public final class SignalNames {
    private static final List<String> NAMES = List.of(
            "",
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS");

    /// The first real-time signal as the kernel counts; the C library keeps two of them.
    private static final int FIRST_REAL_TIME = 32;

    private static final int LAST_REAL_TIME = 64;
    private static final String REAL_TIME = "SIGRT";

    private SignalNames() {}

    /// The signal's name, or nothing for a number that is none.
    public static String of(int number) {
        if (number >= 1 && number < NAMES.size()) {
            return NAMES.get(number);
        }
        return number >= FIRST_REAL_TIME ? REAL_TIME + (number - FIRST_REAL_TIME) : "";
    }

    /// The number of the signal with that name, 0 for a name that is none.
    public static int number(String name) {
        if (name.startsWith(REAL_TIME)) {
            return IntStream.rangeClosed(FIRST_REAL_TIME, LAST_REAL_TIME)
                    .filter(number -> of(number).equals(name))
                    .findFirst()
                    .orElse(0);
        }
        return Math.max(0, NAMES.indexOf(name));
    }
}
