package dev.runnel.markdown;

import static dev.runnel.markdown.Golden.block;

import java.util.List;
import java.util.stream.Stream;

/// The tables of messages of the compatible dialects. What upstream's expressions find in them was asked in Python.
final class CompatibleMessages {
    private CompatibleMessages() {}

    static Stream<Golden> autogen() {
        return Stream.of(AUTOGEN_FOUND, AUTOGEN_NOT_FOUND, AUTOGEN_FILE_NAMES).flatMap(List::stream);
    }

    static Stream<Golden> ag2() {
        return Stream.of(AG2_FOUND, AG2_NOT_FOUND, AG2_LANGUAGES, AG2_FILE_NAMES)
                .flatMap(List::stream);
    }

    private static final List<Golden> AUTOGEN_FOUND = List.of(
            Golden.of(
                    "one block in prose: the code keeps its last line end",
                    "Let me check:\n\n⟦```python\n⟪print(1)\n⟫```⟧\n\nDone.\n",
                    block("python", "print(1)\n")),
            Golden.of(
                    "both languages",
                    "⟦```sh\n⟪ls\n⟫```⟧\n⟦```python\n⟪x\n⟫```⟧",
                    block("sh", "ls\n"),
                    block("python", "x\n")),
            Golden.of("in any case, as written", "⟦```PyThon\n⟪x\n⟫```⟧", block("PyThon", "x\n")),
            Golden.of("a long s is an s in any case", "⟦```ſh\n⟪x\n⟫```⟧", block("ſh", "x\n")),
            Golden.of("blanks before the language", "⟦``` \t sh\n⟪x\n⟫```⟧", block("sh", "x\n")),
            Golden.of("lines before the language", "⟦```\n\r\n  \nsh\n⟪x\n⟫```⟧", block("sh", "x\n")),
            Golden.of(
                    "what Python takes for white space",
                    "⟦```\u000B\u001C\u0085\u00A0\u3000sh\n⟪⟫```⟧",
                    block("sh", "")),
            Golden.of("no code at all", "⟦```sh\n⟪⟫```⟧", block("sh", "")),
            Golden.of("backticks behind words close", "⟦```sh\n⟪ls⟫```⟧ and on", block("sh", "ls")),
            Golden.of("indented backticks close", "⟦```sh\n⟪ls\n  ⟫```⟧", block("sh", "ls\n  ")),
            Golden.of("backticks in a string close", "⟦```python\n⟪s = '⟫```⟧'\n```\n", block("python", "s = '")),
            Golden.of("three of many backticks", "`⟦```sh\n⟪x\n⟫```⟧``", block("sh", "x\n")),
            Golden.of("prose before the backticks", "Run ⟦```sh\n⟪x\n⟫```⟧", block("sh", "x\n")),
            Golden.of("indentation and markers are code", "> ⟦```sh\n⟪> x\n> ⟫```⟧", block("sh", "> x\n> ")),
            Golden.of("CRLF in the code is code", "⟦```sh\n⟪a\r\nb\r\n⟫```⟧\r\n", block("sh", "a\r\nb\r\n")),
            Golden.of("NUL is NUL", "⟦```sh\n⟪a\0\n⟫```⟧", block("sh", "a\0\n")),
            Golden.of(
                    "characters of one to four bytes",
                    "é 漢 😀\n⟦```python\n⟪print('é漢😀')\n⟫```⟧ ß ⟦```sh\n⟪ß⟫```⟧",
                    block("python", "print('é漢😀')\n"),
                    block("sh", "ß")),
            Golden.of(
                    "the backticks that end what is no block begin one with the words behind them",
                    "```py\nx\n⟦```\nsh\n⟪then\n⟫```⟧python\ny\n```",
                    block("sh", "then\n")));

    private static final List<Golden> AUTOGEN_NOT_FOUND = List.of(
            Golden.of("an empty message", ""),
            Golden.of("py", "```py\nx\n```"),
            Golden.of("python3", "```python3\nx\n```"),
            Golden.of("bash", "```bash\nx\n```"),
            Golden.of("no language", "```\nx\n```"),
            Golden.of("CRLF behind the language", "```python\r\nx\r\n```"),
            Golden.of("a blank behind the language", "```python \nx\n```"),
            Golden.of("words behind the language", "```python title=a\nx\n```"),
            Golden.of("words before the language", "```a python\nx\n```"),
            Golden.of("tildes", "~~~python\nx\n~~~"),
            Golden.of("two backticks", "``sh\nx\n``"),
            Golden.of("nothing that closes", "```sh\nx\n``"),
            Golden.of("a zero-width space is not white", "```\u200Bsh\nx\n```"),
            Golden.of("nothing behind the language", "```sh"));

    private static final List<Golden> AUTOGEN_FILE_NAMES = List.of(
            Golden.of(
                    "a name",
                    "⟦```sh\n⟪# filename: sub/a.sh\nx\n⟫```⟧",
                    block("sh", "# filename: sub/a.sh\nx\n").named("sub/a.sh")),
            Golden.of("a comment is no name", "⟦```sh\n⟪# Load the data\n⟫```⟧", block("sh", "# Load the data\n")));

    private static final List<Golden> AG2_FOUND = List.of(
            Golden.of(
                    "one block in prose: the code has no last line end",
                    "Let me check:\n\n⟦```python\n⟪print(1)⟫\n```⟧\n\nDone.\n",
                    block("python", "print(1)")),
            Golden.of("any word", "⟦```Rust_2\n⟪x⟫\n```⟧", block("Rust_2", "x")),
            Golden.of("letters and digits of any script", "⟦```漢é½𝐀\n⟪x⟫\n```⟧", block("漢é½𝐀", "x")),
            Golden.of("blanks around the word", "⟦``` \t sh\t \n⟪x⟫\n```⟧", block("sh", "x")),
            Golden.of("no word", "⟦```\n⟪x⟫\n```⟧", block("", "x")),
            Golden.of("no word but blanks", "⟦```  \n⟪x⟫\n```⟧", block("", "x")),
            Golden.of("CRLF", "⟦```sh\r\n⟪a\r\nb⟫\r\n```⟧\r\n", block("sh", "a\r\nb")),
            Golden.of("one CR of two is code", "⟦```sh\n⟪a\r⟫\r\n```⟧", block("sh", "a\r")),
            Golden.of("blanks before what closes", "⟦```sh\n⟪x⟫\n \t ```⟧", block("sh", "x")),
            Golden.of("blanks at the end of the code are code", "⟦```sh\n⟪x \t⟫\n```⟧", block("sh", "x \t")),
            Golden.of("blank lines are code but for the last end", "⟦```sh\n⟪\nx\n⟫\n```⟧", block("sh", "\nx\n")),
            Golden.of("one empty line", "⟦```sh\n⟪⟫\n```⟧", block("sh", "")),
            Golden.of("one empty line with CRLF", "⟦```sh\r\n⟪⟫\r\n```⟧", block("sh", "")),
            Golden.of("no line: the backticks below are code", "⟦```sh\n⟪```\nx⟫\n```⟧", block("sh", "```\nx")),
            Golden.of("backticks behind words are code", "⟦```sh\n⟪a ``` b⟫\n```⟧", block("sh", "a ``` b")),
            Golden.of("three of many backticks", "`⟦```sh\n⟪x⟫\n```⟧``", block("sh", "x")),
            Golden.of(
                    "two blocks, characters of one to four bytes",
                    "é😀 ⟦```sh\n⟪ß漢⟫\n```⟧ é\n⟦```js\n⟪😀⟫\n```⟧",
                    block("sh", "ß漢"),
                    block("js", "😀")),
            Golden.of(
                    "what closes a block is behind it: the next one begins with other backticks",
                    "⟦```sh\n⟪x⟫\n```⟧\ny\n⟦```\n⟪z⟫\n```⟧",
                    block("sh", "x"),
                    block("", "z")));

    private static final List<Golden> AG2_NOT_FOUND = List.of(
            Golden.of("an empty message", ""),
            Golden.of("no code at all", "```sh\n```"),
            Golden.of("a sign in the word", "```c++\nx\n"),
            Golden.of("two words", "```python title\nx"),
            Golden.of("white space other than blanks", "```\u00A0sh\nx\n```"),
            Golden.of("a combining mark is no letter", "```e\u0301\nx\n```"),
            Golden.of("CR alone", "```sh\rx\r```"),
            Golden.of("CR before CRLF", "```sh\r\r\nx"),
            Golden.of("tildes", "~~~sh\nx\n~~~"),
            Golden.of("nothing that closes", "```sh\nx\n``"),
            Golden.of("closed behind words only", "```sh\nx```"),
            Golden.of("closed behind a quote's marker only", "> ```sh\n> x\n> ```"));

    private static final List<Golden> AG2_LANGUAGES = List.of(
            Golden.of("python begins a command", "⟦```\n⟪python a.py⟫\n```⟧", block("sh", "python a.py")),
            Golden.of("python3 begins a command", "⟦```\n⟪python3 a.py⟫\n```⟧", block("sh", "python3 a.py")),
            Golden.of("pip begins a command", "⟦```\n⟪pip install a⟫\n```⟧", block("sh", "pip install a")),
            Golden.of("so does what only begins like it", "⟦```\n⟪pipe = 1⟫\n```⟧", block("sh", "pipe = 1")),
            Golden.of("python with more letters does not", "⟦```\n⟪pythonic = 1⟫\n```⟧", block("", "pythonic = 1")),
            Golden.of("python behind a blank does not", "⟦```\n⟪ python a.py⟫\n```⟧", block("", " python a.py")),
            Golden.of(
                    "nor where a language is named", "⟦```text\n⟪pip install a⟫\n```⟧", block("text", "pip install a")),
            Golden.of("what is left to Python's compiler", "⟦```\n⟪print(1)⟫\n```⟧", block("", "print(1)")));

    private static final List<Golden> AG2_FILE_NAMES = List.of(
            named("any comment", "# Load the data", "Load the data"),
            named("a comment behind slashes", "// a b.js", "a b.js"),
            named("the key", "# filename: a.py", "a.py"),
            named("the key alone", "# filename:", "filename:"),
            named("the key without a blank behind it", "# filename:a.py", "a.py"),
            named("the key in capitals", "# FILENAME: a.py", "FILENAME: a.py"),
            named("a comment of HTML", "<!-- filename: a.html -->", "a.html"),
            named("words behind a comment of C", "/* a.css */ b { } /* c */", "a.css"),
            named("the key alone in a comment of C", "/* filename: */", "filename:"),
            named("white space around the comment", " \t\u00A0# a.py \u001C", "a.py"),
            named("out of the workspace", "# ../../etc/x", "../../etc/x"),
            unnamed("a sign without a blank", "#a.py"),
            unnamed("a line for the kernel", "#!/bin/sh"),
            unnamed("nothing behind the sign", "# "),
            unnamed("blanks in a comment", "<!--   -->"),
            unnamed("a comment that does not end", "/* a.css"),
            unnamed("no blank before the comment's end", "/* a.css*/"),
            unnamed("a comment on the second line", "\n# a.py"));

    private static Golden named(String what, String code, String name) {
        return Golden.of("file name: " + what, message(code), block("x", code).named(name));
    }

    private static Golden unnamed(String what, String code) {
        return Golden.of("no file name: " + what, message(code), block("x", code));
    }

    private static String message(String code) {
        return "⟦```x\n⟪" + code + "⟫\n```⟧";
    }
}
