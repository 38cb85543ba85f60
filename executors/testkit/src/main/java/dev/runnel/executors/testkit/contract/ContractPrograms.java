package dev.runnel.executors.testkit.contract;

/// The programs that the contract needs, in whatever an executor runs.
///
/// A program that can't be expressed calls [org.junit.jupiter.api.Assumptions#abort] with the reason: the
/// promise is then skipped aloud. All output is written at once, nothing waits in a buffer of the program's
/// own.
public interface ContractPrograms {
    /// Ends with this exit code.
    Command exits(int code);

    /// Sends itself this signal, which it does not handle.
    Command raises(int signal);

    /// Writes these bytes to stdout and exits with 0.
    Command writes(byte[] bytes);

    /// Writes so many bytes `x` to stdout and exits with 0.
    Command floods(long bytes);

    /// Writes `o1`, `e1`, `o2`, `e2` … `o<pairs>`, `e<pairs>`, each with a newline: o to stdout, e to stderr.
    Command alternates(int pairs);

    /// Writes this text to stdout and then waits for ever, without using CPU time.
    Command printsAndWaits(String text);

    /// As [#printsAndWaits], but ignores every signal it can, and is deaf to a closed stdout.
    Command printsAndIgnoresSignals(String text);

    /// Writes this text to stdout and then stops itself with SIGSTOP.
    Command printsAndStops(String text);

    /// Writes `ready`, waits for this signal, writes `got <signal>` and exits with 0.
    Command catches(int signal);

    /// Copies stdin to stdout until its end, and exits with 0.
    Command copiesStdin();

    /// Never reads stdin; writes this text and exits with 0.
    Command ignoresStdin(String text);

    /// Starts a child that holds stdout and stderr open for ever; writes this text and exits with 0.
    Command leavesChild(String text);

    /// Starts a grandchild in a session of its own (double fork, setsid) that holds stdout and ignores
    /// signals; writes this text when it lives, and exits with 0.
    Command leavesDaemon(String text);

    /// As [#leavesDaemon], but waits for ever instead of exiting.
    Command leavesDaemonAndWaits(String text);

    /// Uses CPU time for ever.
    Command burnsCpu();

    /// Uses so many bytes of memory, then writes `done` and exits with 0.
    Command allocates(long bytes);

    /// Has a child use so many bytes of memory, and when that is dead writes `child gone` and exits with 0.
    Command childAllocates(long bytes);

    /// Starts children that live until the end, at most this many, until that fails; writes `started <n>` and
    /// exits with 0.
    Command forks(int atMost);

    /// Writes zeros to a file of the workspace, this many or until that fails; writes `wrote <n>` and exits
    /// with 0.
    Command fills(String path, long bytes);

    /// As [#fills], without touching how SIGXFSZ is handled.
    Command growsFile(String path, long bytes);

    /// Writes text to a file of the workspace and exits with 0.
    Command writesFile(String path, String text);

    /// Writes a file of the workspace to stdout and exits with 0, or with 3 when it is not there.
    Command readsFile(String path);

    /// Makes a file of this logical size that takes no room.
    Command makesSparseFile(String path, long bytes);

    /// Makes a symbolic link in the workspace.
    Command links(String path, String target);

    /// Writes the value of an environment variable to stdout.
    Command printsVariable(String name);

    /// Writes the working directory to stdout.
    Command printsWorkingDirectory();

    /// Writes a line for each process it can see.
    Command listsProcesses();

    /// A command that is not there.
    Command notThere();
}
