package dev.runnel.server.rpc;

import java.util.List;

/// Names of Linux's signals on x86-64 and arm64, signal(7).
final class SignalNames {
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

    private SignalNames() {}

    static String of(int number) {
        if (number >= 1 && number < NAMES.size()) {
            return NAMES.get(number);
        }
        return number >= FIRST_REAL_TIME ? "SIGRT" + (number - FIRST_REAL_TIME) : "";
    }
}
