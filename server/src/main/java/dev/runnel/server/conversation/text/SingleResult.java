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

    /// @param blocks at least one
    static SingleResult of(List<BlockText> blocks) {
        var told = blocks.stream()
                .filter(block -> !(block.end() instanceof BlockEnd.NotRun))
                .toList();
        if (told.isEmpty()) {
            return new SingleResult(FAILED, notRun(blocks), false);
        }
        var result = new SingleResult(0, "", false);
        for (var block : told) {
            result = result.then(block);
        }
        return result;
    }

    private SingleResult then(BlockText block) {
        var before = new SingleResult(
                exitCode, output + block.output(), ran || !block.output().isEmpty());
        return switch (block.end()) {
            case BlockEnd.Exited(var code) -> before.ended(code, "");
            case BlockEnd.Signalled(var name) -> before.ended(SIGNAL + SignalNames.number(name), "");
            case BlockEnd.WallTimeExceeded() -> before.ended(TIMEOUT, "\nTimeout");
            case BlockEnd.CpuTimeExceeded() -> before.ended(TIMEOUT, "\nTimeout");
            case BlockEnd.MemoryExceeded() -> before.ended(KILLED, "\nMemory limit exceeded");
            case BlockEnd.OutputExceeded() -> before.ended(KILLED, "\nOutput limit exceeded");
            case BlockEnd.Cancelled() -> before.ended(CANCELLED, "\nCancelled");
            case BlockEnd.UnknownLanguage(var name) ->
                before.ended(FAILED, "\nunknown language " + name.toLowerCase(Locale.ROOT));
            case BlockEnd.FileOutside() -> before.ended(FAILED, "Filename is not in the workspace");
            case BlockEnd.Denied(var reason) -> before.stopped("Code execution was not approved. Reason: " + reason);
            case BlockEnd.Failed(var message) -> before.stopped("Code execution failed. Reason: " + message);
            case BlockEnd.NotRun(var _) -> before;
        };
    }

    private SingleResult ended(int code, String words) {
        return new SingleResult(exitCode == 0 ? code : exitCode, output + words, true);
    }

    private SingleResult stopped(String sentence) {
        return new SingleResult(
                exitCode == 0 ? FAILED : exitCode, output.isEmpty() ? sentence : output + "\n" + sentence, ran);
    }

    private static String notRun(List<BlockText> blocks) {
        return blocks.stream()
                .map(block -> block.end() instanceof BlockEnd.NotRun(var why) ? why : "")
                .distinct()
                .collect(Collectors.joining("; ", "Code was not executed. Reason: ", ""));
    }
}
