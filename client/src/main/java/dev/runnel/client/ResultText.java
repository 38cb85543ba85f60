package dev.runnel.client;

import dev.runnel.v1.TextStyle;
import java.util.List;
import java.util.OptionalInt;

/// The text that a model was told of a turn, read back: for programs that have no more than a chat's history.
///
/// TEXT_STYLE_RUNNEL gives back everything. The two others tell all blocks of a turn as one: there is an exit code and
/// an output, and no blocks. In their texts AutoGen's sentences, and the lines that tell of a time limit or a cancel,
/// can't be told from a program that wrote the same.
///
/// @param exitCode of the turn: 0 if every block exited with 0, otherwise that of the first which did not; absent if
///     that one has no exit code, or if there was no block
/// @param output of all blocks, in order. A text in AutoGen's style has none where it was blank
/// @param blocks with TEXT_STYLE_RUNNEL, those of the turn in order
public record ResultText(OptionalInt exitCode, String output, List<Block> blocks) {
    public ResultText {
        blocks = List.copyOf(blocks);
    }

    /// Reads a text.
    ///
    /// @param style the conversation's; UNSPECIFIED is RUNNEL
    /// @throws ResultTextException the text is not one of that style
    /// @throws IllegalArgumentException this client does not know the style
    public static ResultText parse(TextStyle style, String text) {
        return switch (style) {
            case TEXT_STYLE_RUNNEL, TEXT_STYLE_UNSPECIFIED -> new NumberedBlocksParser(text).parse();
            case TEXT_STYLE_AUTOGEN -> SingleResultParser.autogen(text);
            case TEXT_STYLE_AG2 -> SingleResultParser.ag2(text);
            case UNRECOGNIZED -> throw new IllegalArgumentException("a style of texts that this client does not know");
        };
    }

    /// Every block exited with 0, and there was one.
    public boolean succeeded() {
        return exitCode.isPresent() && exitCode.getAsInt() == 0;
    }

    static ResultText ofBlocks(List<Block> blocks) {
        var output = new StringBuilder();
        var exitCode = blocks.isEmpty() ? OptionalInt.empty() : OptionalInt.of(0);
        for (var block : blocks) {
            output.append(block.output());
            if (exitCode.equals(OptionalInt.of(0))) {
                exitCode = block.exitCode();
            }
        }
        return new ResultText(exitCode, output.toString(), blocks);
    }

    /// One block of a turn.
    ///
    /// @param language its own name, or as the message has it; empty if it names none
    /// @param exitCode with EXITED
    /// @param detail what [Ending] says; empty if there is none
    /// @param output what it wrote, or what was kept of it; empty if nothing
    public record Block(String language, Ending ending, OptionalInt exitCode, String detail, String output) {}

    /// How a block ended.
    public enum Ending {
        /// It exited.
        EXITED("exited with code"),
        /// A signal ended it; the detail is its name.
        SIGNALLED("ended by a signal"),
        /// It was killed at its wall-time limit.
        WALL_TIME_EXCEEDED("stopped, it ran for longer than it may"),
        /// It was killed at its CPU-time limit.
        CPU_TIME_EXCEEDED("stopped, it used more CPU time than it may"),
        /// It was killed at its memory limit.
        MEMORY_EXCEEDED("stopped, it used more memory than it may"),
        /// It was killed at its output limit.
        OUTPUT_EXCEEDED("stopped, it wrote more output than it may"),
        /// It was cancelled.
        CANCELLED("cancelled"),
        /// It was not run, because nobody approved it; the detail is the reason.
        DENIED("not run, it was not approved"),
        /// It was not run; the detail is its language, as written, which nothing there runs.
        UNKNOWN_LANGUAGE("not run, its language is unknown"),
        /// It was not run, because the file it names would lie outside of the workspace.
        FILE_OUTSIDE("not run, the file it names is not in the workspace"),
        /// It was not run; the detail says why.
        NOT_RUN("not run"),
        /// It could not be run, or its sandbox was lost; the detail is the message.
        FAILED("failed, and not by its own fault");

        private final String words;

        Ending(String words) {
            this.words = words;
        }

        /// As the text has it.
        String words() {
            return words;
        }
    }
}
