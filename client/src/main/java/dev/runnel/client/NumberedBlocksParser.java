package dev.runnel.client;

import dev.runnel.client.ResultText.Block;
import dev.runnel.client.ResultText.Ending;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads Runnel's own style, line by line; docs/api/result-texts.md has its grammar. In time linear in the text.
final class NumberedBlocksParser {
    private static final String NO_BLOCKS = "No code was run: the message has no code block. Put code between two"
            + " lines of three backticks, and name its language behind the first three.";
    private static final String NO_OUTPUT = "No output.";

    private static final Pattern HEADING = Pattern.compile("(?s)Block (\\d{1,9}) of (\\d{1,9}) \\((.*)");
    private static final Pattern PLAIN_LANGUAGE = Pattern.compile("no language|[A-Za-z0-9+#._-]+");
    private static final Pattern OUTPUT = Pattern.compile("(-{3,}) output( without a newline at its end)? \\1");
    private static final Pattern EXITED = Pattern.compile(Ending.EXITED.words() + " (-?\\d{1,9})");
    private static final Set<Ending> OTHER_ENDINGS = EnumSet.complementOf(EnumSet.of(Ending.EXITED));

    private final String text;
    private final List<Block> blocks = new ArrayList<>();
    private int position;
    private int line;

    /// A line end after the last line is no part of the text, but of the file it was kept in.
    NumberedBlocksParser(String text) {
        this.text = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    ResultText parse() {
        if (text.equals(NO_BLOCKS)) {
            return ResultText.ofBlocks(List.of());
        }
        var count = block();
        while (blocks.size() < count) {
            if (!nextLine().isEmpty()) {
                throw wrong("expected an empty line between two blocks");
            }
            if (block() != count) {
                throw wrong("block " + blocks.size() + " does not say that there are " + count);
            }
        }
        if (!atEnd()) {
            throw wrong("there is more after the last block");
        }
        return ResultText.ofBlocks(blocks);
    }

    /// Reads one block, and returns how many there are said to be.
    private int block() {
        var heading = HEADING.matcher(nextLine());
        if (!heading.matches()) {
            throw wrong("expected \"Block N of M (language): how it ended\"");
        }
        var number = Integer.parseInt(heading.group(1));
        var count = Integer.parseInt(heading.group(2));
        if (number != blocks.size() + 1 || number > count) {
            throw wrong("block " + number + " of " + count + " can't be the next after " + blocks.size());
        }
        var rest = heading.group(3);
        var languageEnd = rest.startsWith("\"") ? endOfQuoted(rest) : rest.indexOf(')');
        if (languageEnd < 0 || !rest.startsWith("): ", languageEnd)) {
            throw wrong("expected the block's language in brackets, and a colon");
        }
        var language = language(rest.substring(0, languageEnd));
        var headed = ended(language, rest.substring(languageEnd + "): ".length()));
        blocks.add(new Block(language, headed.ending(), headed.exitCode(), headed.detail(), output()));
        return count;
    }

    /// Where the quotation that the text begins with is over, or -1.
    private static int endOfQuoted(String text) {
        for (var i = 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '"') {
                return i + 1;
            }
        }
        return -1;
    }

    private String language(String written) {
        if (written.startsWith("\"")) {
            return unescaped(written.substring(1, written.length() - 1));
        }
        if (!PLAIN_LANGUAGE.matcher(written).matches()) {
            throw wrong("a language that should be in quotation marks: " + written);
        }
        return written.equals("no language") ? "" : written;
    }

    /// The block without its output.
    private Block ended(String language, String end) {
        var exited = EXITED.matcher(end);
        if (exited.matches()) {
            var code = OptionalInt.of(Integer.parseInt(exited.group(1)));
            return new Block(language, Ending.EXITED, code, "", "");
        }
        for (var ending : OTHER_ENDINGS) {
            var plain = end.equals(ending.words());
            if (plain || end.startsWith(ending.words() + ": ")) {
                var detail = plain ? "" : unescaped(end.substring(ending.words().length() + ": ".length()));
                return new Block(language, ending, OptionalInt.empty(), detail, "");
            }
        }
        throw wrong("no block ends like this: " + end);
    }

    private String output() {
        if (atEnd() || text.startsWith("\n", position)) {
            return "";
        }
        var first = nextLine();
        if (first.equals(NO_OUTPUT)) {
            return "";
        }
        var opening = OUTPUT.matcher(first);
        if (!opening.matches()) {
            throw wrong("expected the block's output, \"" + NO_OUTPUT + "\" or an empty line");
        }
        var closing = opening.group(1) + " end of output " + opening.group(1);
        var start = position;
        var end = start;
        while (!nextLine().equals(closing)) {
            end = position;
        }
        var withoutNewline = opening.group(2) != null;
        if (end == start) {
            throw wrong("an output between its lines can't be empty");
        }
        return text.substring(start, withoutNewline ? end - 1 : end);
    }

    private boolean atEnd() {
        return position > text.length();
    }

    /// The line that begins at the position, without its end.
    private String nextLine() {
        line++;
        if (atEnd()) {
            throw wrong("the text ends too early");
        }
        var end = text.indexOf('\n', position);
        var next = text.substring(position, end < 0 ? text.length() : end);
        position = end < 0 ? text.length() + 1 : end + 1;
        return next;
    }

    private String unescaped(String written) {
        var plain = new StringBuilder();
        for (var i = 0; i < written.length(); i++) {
            var c = written.charAt(i);
            plain.append(c == '\\' ? meant(written, ++i) : c);
        }
        return plain.toString();
    }

    private char meant(String written, int index) {
        if (index == written.length()) {
            throw wrong("a backslash with nothing after it");
        }
        var escaped = written.charAt(index);
        return switch (escaped) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case '\\', '"' -> escaped;
            default -> throw wrong("\\" + escaped + " is no escape");
        };
    }

    private ResultTextException wrong(String what) {
        return new ResultTextException("not a result in Runnel's style: line " + line + ": " + what);
    }
}
