package dev.runnel.server.conversation.text;

import dev.runnel.server.execution.SignalNames;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The blocks of a turn as AutoGen and AG2 see them: one exit code, and everything that was written, in order.
///
/// Time limit, cancel, unknown language and file name are told as their LocalCommandLineCodeExecutor does, a line
/// end before the words included; but what was written before is kept, as their Docker executors do. Where they have
/// no words, because they have no such limit or throw, the words are ours.
///
/// @param exitCode that of the first block that did not end with 0. 124, 125 and 1 stand for ends without an exit
///     code as they do there, 128 and the signal's number for signals, as shells and engines count
/// @param output with a line for each end that is none of the program's own
/// @param ran a block was handed to an executor, as far as a reader could tell
record SingleResult(int exitCode, String output, boolean ran) {
    private static final int FAILED = 1;
    private static final int TIMEOUT = 124;
    private static final int CANCELLED = 125;
    /// Added to a signal's number.
    private static final int SIGNAL = 128;
    /// 128 and SIGKILL, by which limits are enforced.
    private static final int KILLED = 137;

    private static final String NOT_RUN = "Code was not executed. Reason: ";

    /// @param blocks at least one
    static SingleResult of(List<BlockText> blocks) {
        var told = blocks.stream()
                .filter(block -> !(block.end() instanceof BlockEnd.NotRun))
                .toList();
        if (told.isEmpty()) {
            return new SingleResult(FAILED, notRun(blocks), false);
        }
        var exitCode = 0;
        var output = new StringBuilder();
        var ran = false;
        for (var block : told) {
            var words = Words.of(block.end());
            output.append(block.output());
            ran |= words.ran() || !output.isEmpty();
            output.append(words.ran() || output.isEmpty() ? "" : "\n").append(words.text());
            exitCode = exitCode == 0 ? words.exitCode() : exitCode;
        }
        return new SingleResult(exitCode, output.toString(), ran);
    }

    private static String notRun(List<BlockText> blocks) {
        return blocks.stream()
                .map(block -> block.end() instanceof BlockEnd.NotRun(var why) ? why : "")
                .distinct()
                .collect(Collectors.joining("; ", NOT_RUN, ""));
    }

    /// What the end of one block adds.
    ///
    /// @param text stands behind the block's output; on a line of its own unless the block ran
    private record Words(int exitCode, String text, boolean ran) {
        static Words of(BlockEnd end) {
            return switch (end) {
                case BlockEnd.Exited(var code) -> ended(code, "");
                case BlockEnd.Signalled(var name) -> ended(SIGNAL + SignalNames.number(name), "");
                case BlockEnd.WallTimeExceeded() -> ended(TIMEOUT, "\nTimeout");
                case BlockEnd.CpuTimeExceeded() -> ended(TIMEOUT, "\nTimeout");
                case BlockEnd.MemoryExceeded() -> ended(KILLED, "\nMemory limit exceeded");
                case BlockEnd.OutputExceeded() -> ended(KILLED, "\nOutput limit exceeded");
                case BlockEnd.Cancelled() -> ended(CANCELLED, "\nCancelled");
                case BlockEnd.UnknownLanguage(var name) ->
                    ended(FAILED, "\nunknown language " + name.toLowerCase(Locale.ROOT));
                case BlockEnd.FileOutside() -> ended(FAILED, "Filename is not in the workspace");
                case BlockEnd.Denied(var reason) -> stopped("Code execution was not approved. Reason: " + reason);
                case BlockEnd.Failed(var message) -> stopped("Code execution failed. Reason: " + message);
                case BlockEnd.NotRun(var why) -> stopped(NOT_RUN + why);
            };
        }

        private static Words ended(int exitCode, String text) {
            return new Words(exitCode, text, true);
        }

        private static Words stopped(String sentence) {
            return new Words(FAILED, sentence, false);
        }
    }
}
