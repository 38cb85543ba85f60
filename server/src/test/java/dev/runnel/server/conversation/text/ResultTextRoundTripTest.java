package dev.runnel.server.conversation.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.client.ResultText;
import dev.runnel.client.ResultText.Block;
import dev.runnel.client.ResultText.Ending;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What the daemon writes, the client library reads.
class ResultTextRoundTripTest {
    @Property
    void runnelGivesBackEverything(@ForAll("turns") List<BlockText> turn) {
        var text = TurnText.of(TextStyle.RUNNEL, turn);

        assertThat(ResultText.parse(dev.runnel.v1.TextStyle.TEXT_STYLE_RUNNEL, text)
                        .blocks())
                .isEqualTo(turn.stream().map(ResultTextRoundTripTest::read).toList());
    }

    @Property
    void ag2GivesBackExitCodeAndOutput(@ForAll("turnsWithBlocks") List<BlockText> turn) {
        var result = SingleResult.of(turn);

        assertThat(ResultText.parse(dev.runnel.v1.TextStyle.TEXT_STYLE_AG2, TurnText.of(TextStyle.AG2, turn)))
                .isEqualTo(new ResultText(OptionalInt.of(result.exitCode()), result.output(), List.of()));
    }

    @Property
    void autogenGivesBackExitCodeAndOutputUnlessAProgramImitatesIt(@ForAll("turnsWithBlocks") List<BlockText> turn) {
        var result = SingleResult.of(turn);
        Assume.that(result.exitCode() != 0
                || Stream.of("The script ran", "Code execution", "Code was not", "No code blocks")
                        .noneMatch(result.output()::startsWith));

        var blank = result.output().replace("\u0085", "").isBlank();
        assertThat(ResultText.parse(dev.runnel.v1.TextStyle.TEXT_STYLE_AUTOGEN, TurnText.of(TextStyle.AUTOGEN, turn)))
                .isEqualTo(new ResultText(OptionalInt.of(result.exitCode()), blank ? "" : result.output(), List.of()));
    }

    @Example
    void noBlocksAreGivenBackByAll() {
        var none = new ResultText(OptionalInt.empty(), "", List.of());

        for (var style : TextStyle.values()) {
            var theirs = dev.runnel.v1.TextStyle.valueOf("TEXT_STYLE_" + style);
            assertThat(ResultText.parse(theirs, TurnText.of(style, List.of()))).isEqualTo(none);
        }
    }

    @Provide
    Arbitrary<List<BlockText>> turns() {
        return Combinators.combine(languages(), ends(), texts())
                .as(BlockText::new)
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<BlockText>> turnsWithBlocks() {
        return turns().filter(turn -> !turn.isEmpty());
    }

    private static Arbitrary<String> languages() {
        return Arbitraries.oneOf(Arbitraries.of("python", "c++", "", "no language", "\"", "a)b", "): ", "\\"), texts());
    }

    private static Arbitrary<BlockEnd> ends() {
        return Arbitraries.oneOf(
                Arbitraries.of(0, 0, 0, 1, 3, 255).map(BlockEnd.Exited::new),
                Arbitraries.of("SIGSEGV", "SIGRT3", "", "SIGNONE").map(BlockEnd.Signalled::new),
                Arbitraries.of(
                        new BlockEnd.WallTimeExceeded(),
                        new BlockEnd.CpuTimeExceeded(),
                        new BlockEnd.MemoryExceeded(),
                        new BlockEnd.OutputExceeded(),
                        new BlockEnd.Cancelled(),
                        new BlockEnd.FileOutside()),
                texts().map(BlockEnd.Denied::new),
                texts().map(BlockEnd.UnknownLanguage::new),
                texts().map(BlockEnd.NotRun::new),
                texts().map(BlockEnd.Failed::new));
    }

    /// Pieces of our own lines, and whatever could confuse a reader of lines.
    private static Arbitrary<String> texts() {
        return Arbitraries.of(
                        "",
                        "hello",
                        "\n",
                        "\n\n",
                        "\r",
                        "\r\n",
                        "\\",
                        "\\n",
                        "\"",
                        "): ",
                        ": ",
                        " ",
                        "\u2028",
                        "\u0085",
                        "€😀",
                        "-",
                        "--- output ---\n",
                        "--- end of output ---",
                        "\n--- end of output ---\n",
                        "---- end of output ----\n",
                        "--- output without a newline at its end ---\n",
                        "No output.",
                        "Block 1 of 1 (python): exited with code 0\n",
                        "Block 2 of 2 (python): cancelled",
                        "exitcode: 0 (execution succeeded)\nCode output:\n",
                        "The script ran, then exited with an error (POSIX exit code: 1)\nIts output was:\n",
                        "Code execution was not approved. Reason: ")
                .list()
                .ofMaxSize(6)
                .map(pieces -> String.join("", pieces));
    }

    private static Block read(BlockText block) {
        return switch (block.end()) {
            case BlockEnd.Exited(var code) ->
                new Block(block.language(), Ending.EXITED, OptionalInt.of(code), "", block.output());
            case BlockEnd.Signalled(var name) -> read(block, Ending.SIGNALLED, name);
            case BlockEnd.WallTimeExceeded() -> read(block, Ending.WALL_TIME_EXCEEDED, "");
            case BlockEnd.CpuTimeExceeded() -> read(block, Ending.CPU_TIME_EXCEEDED, "");
            case BlockEnd.MemoryExceeded() -> read(block, Ending.MEMORY_EXCEEDED, "");
            case BlockEnd.OutputExceeded() -> read(block, Ending.OUTPUT_EXCEEDED, "");
            case BlockEnd.Cancelled() -> read(block, Ending.CANCELLED, "");
            case BlockEnd.Denied(var reason) -> read(block, Ending.DENIED, reason);
            case BlockEnd.UnknownLanguage(var name) -> read(block, Ending.UNKNOWN_LANGUAGE, name);
            case BlockEnd.FileOutside() -> read(block, Ending.FILE_OUTSIDE, "");
            case BlockEnd.NotRun(var why) -> read(block, Ending.NOT_RUN, why);
            case BlockEnd.Failed(var message) -> read(block, Ending.FAILED, message);
        };
    }

    private static Block read(BlockText block, Ending ending, String detail) {
        return new Block(block.language(), ending, OptionalInt.empty(), detail, block.output());
    }
}
