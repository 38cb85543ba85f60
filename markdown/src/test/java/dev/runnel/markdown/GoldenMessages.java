package dev.runnel.markdown;

import static dev.runnel.markdown.Golden.block;
import static dev.runnel.markdown.Golden.unclosed;

import java.util.List;
import java.util.stream.Stream;

/// The table of messages, by what each group is about.
final class GoldenMessages {
    private GoldenMessages() {}

    static Stream<Golden> all() {
        return Stream.of(PLAIN, FENCES, INFO, INDENTATION, CONTAINERS, LINE_ENDS, UNCLOSED, NOT_BLOCKS, FILE_NAMES)
                .flatMap(List::stream);
    }

    private static final List<Golden> PLAIN = List.of(
            Golden.of("an empty message", ""),
            Golden.of("prose only", "Nothing to run here.\n\nReally `nothing`.\n"),
            Golden.of(
                    "one block in prose",
                    "Let me check:\n\n⟦```python\n⟪print(1)\n⟫```⟧\n\nDone.\n",
                    block("python", "print(1)\n")),
            Golden.of(
                    "a block right behind a line of prose",
                    "Let me check:\n⟦```python\n⟪print(1)\n⟫```⟧\nDone.",
                    block("python", "print(1)\n")),
            Golden.of(
                    "three blocks in three languages",
                    "⟦```python\n⟪a = 1\n⟫```⟧\nthen\n⟦```bash\n⟪ls\n⟫```⟧\nthen\n⟦~~~js\n⟪1;\n⟫~~~⟧\n",
                    block("python", "a = 1\n"),
                    block("bash", "ls\n"),
                    block("js", "1;\n")),
            Golden.of(
                    "two blocks without a line between them",
                    "⟦```\n⟪a\n⟫```⟧\n⟦```\n⟪b\n⟫```⟧",
                    block("", "a\n"),
                    block("", "b\n")),
            Golden.of("no code at all", "x\n\n⟦```sh\n⟪⟫```⟧\n", block("sh", "")),
            Golden.of("one empty line of code", "⟦```sh\n⟪\n⟫```⟧\n", block("sh", "\n")),
            Golden.of(
                    "blank lines around the code are code",
                    "⟦```sh\n⟪\n\necho\n\n  \n⟫```⟧\n",
                    block("sh", "\n\necho\n\n  \n")),
            Golden.of(
                    "characters of one to four bytes before and in the code",
                    "é 漢 😀\n\n⟦```python\n⟪print('é漢😀')\n⟫```⟧\n\n⟦```\n⟪ß\n⟫```⟧",
                    block("python", "print('é漢😀')\n"),
                    block("", "ß\n")),
            Golden.of("NUL becomes the replacement character", "⟦```\n⟪a\uFFFDb\n⟫```⟧", block("", "a\uFFFDb\n")));

    private static final List<Golden> FENCES = List.of(
            Golden.of("tildes", "⟦~~~ python\n⟪x\n⟫~~~⟧\n", block("python", "x\n")),
            Golden.of("a long fence", "⟦``````````py\n⟪x\n⟫``````````⟧\n", block("py", "x\n")),
            Golden.of("a closing fence longer than the opening one", "⟦```py\n⟪x\n⟫``````⟧\n", block("py", "x\n")),
            Golden.of("a shorter fence does not close", "⟦`````\n⟪```\nx\n```\n⟫`````⟧\n", block("", "```\nx\n```\n")),
            Golden.of("tildes do not close backticks", "⟦```\n⟪~~~\n⟫```⟧\n", block("", "~~~\n")),
            Golden.of("backticks do not close tildes", "⟦~~~\n⟪```\n⟫~~~⟧\n", block("", "```\n")),
            Golden.of(
                    "Markdown about Markdown: the inner block is text of the outer one",
                    "⟦````markdown\n⟪Write:\n\n```python\nprint(1)\n```\n⟫````⟧\n",
                    block("markdown", "Write:\n\n```python\nprint(1)\n```\n")),
            Golden.of("a closing fence has no info string", "⟦```\n⟪a\n``` b\n⟫```⟧\n", block("", "a\n``` b\n")),
            Golden.of("blanks behind the closing fence", "⟦```\n⟪a\n⟫```  \t⟧\nb", block("", "a\n")),
            Golden.of("backticks inside a line are code", "⟦```\n⟪a ``` b\n⟫```⟧", block("", "a ``` b\n")),
            Golden.of(
                    "Python's triple quotes and a shell's backticks",
                    "⟦```python\n⟪s = '''\n`date`\n'''\n⟫```⟧",
                    block("python", "s = '''\n`date`\n'''\n")));

    private static final List<Golden> INFO = List.of(
            Golden.of("a language in capitals", "⟦```Python\n⟪x\n⟫```⟧\n", block("Python", "x\n")),
            Golden.of(
                    "a language and more",
                    "⟦```python title=\"a b\" {1,3}\n⟪x\n⟫```⟧\n",
                    block("python title=\"a b\" {1,3}", "x\n")),
            Golden.of("blanks around the info string", "⟦```  \t sh \t\n⟪x\n⟫```⟧\n", block("sh", "x\n")),
            Golden.of("escapes and entities in it", "⟦```c\\+\\+ f&ouml;\n⟪x\n⟫```⟧\n", block("c++ fö", "x\n")),
            Golden.of("backticks in it, behind tildes", "⟦~~~ a `b` ~~~\n⟪x\n⟫~~~⟧\n", block("a `b` ~~~", "x\n")),
            Golden.of("brackets", "⟦```{.python}\n⟪x\n⟫```⟧\n", block("{.python}", "x\n")));

    private static final List<Golden> INDENTATION = List.of(
            Golden.of(
                    "up to three blanks before the fence go from every line",
                    "   ⟦```python\n   ⟪if x:\n       y\n  z\n⟫   ```⟧\n",
                    block("python", "if x:\n    y\nz\n")),
            Golden.of("an indented closing fence", "⟦```\n⟪x\n⟫   ```⟧\n", block("", "x\n")),
            Golden.of("four blanks do not close", "⟦```\n⟪x\n    ```\n⟫```⟧\n", block("", "x\n    ```\n")),
            Golden.of("Python's indentation stays", "⟦```py\n⟪    x\n\ty\n⟫```⟧\n", block("py", "    x\n\ty\n")),
            Golden.of("a tab is not taken for the fence's indentation", "  ⟦```\n⟪\tx\n⟫  ```⟧\n", block("", "\tx\n")));

    private static final List<Golden> CONTAINERS = List.of(
            Golden.of(
                    "in a list",
                    "1. First:\n\n   ⟦```bash\n   ⟪echo a\n     echo b\n⟫   ```⟧\n2. Second\n",
                    block("bash", "echo a\n  echo b\n")),
            Golden.of("behind a list's marker", "- ⟦```py\n  ⟪x\n\n  y\n⟫  ```⟧\n- z", block("py", "x\n\ny\n")),
            Golden.of(
                    "blanks of a blank line in a list are indentation",
                    "- ⟦```\n  ⟪a\n     \n⟫  ```⟧",
                    block("", "a\n\n")),
            Golden.of("in a list in a list", "- a\n  - b\n\n    ⟦```\n    ⟪x\n⟫    ```⟧\n", block("", "x\n")),
            Golden.of("in a block quote", "> ⟦```py\n> ⟪x\n>\n>   y\n⟫> ```⟧\n> end\n", block("py", "x\n\n  y\n")),
            Golden.of("in a block quote without blanks", ">⟦```\n>⟪x\n⟫>```⟧", block("", "x\n")),
            Golden.of("in a list in a quote, nothing in the code", "> * ⟦~~~ sh\n⟪⟫>   ~~~⟧\n", block("sh", "")),
            Golden.of("a quote's marker inside a block is code", "⟦```\n⟪> x\n⟫```⟧\n", block("", "> x\n")),
            Golden.of("a list's marker inside a block is code", "⟦```\n⟪- x\n⟫```⟧\n", block("", "- x\n")),
            Golden.of(
                    "a tab that is more blanks in the code than it is characters",
                    "> ⟦```\n>⟪\tx\n⟫> ```⟧",
                    block("", "  x\n")),
            Golden.of(
                    "a tab half of which is the blank of a quote's marker: the other half is blanks of code",
                    ">\t⟦```\n>⟪\tx\n⟫>\t```⟧\n",
                    block("", "  x\n")),
            Golden.of(
                    "inside HTML, behind a blank line",
                    "<details>\n\n⟦```\n⟪x\n⟫```⟧\n\n</details>\n",
                    block("", "x\n")));

    private static final List<Golden> LINE_ENDS = List.of(
            Golden.of(
                    "CRLF", "Look:\r\n\r\n⟦```python\r\n⟪a\r\n\r\nb\r\n⟫```⟧\r\nend\r\n", block("python", "a\n\nb\n")),
            Golden.of("CRLF in a list", "- ⟦```\r\n  ⟪a\r\n  b\r\n⟫  ```⟧\r\n", block("", "a\nb\n")),
            Golden.of("CR", "x\r⟦```sh\r⟪a\rb\r⟫```⟧\ry", block("sh", "a\nb\n")),
            Golden.of("a mixture", "x\r\r\n⟦```sh\n⟪a\r\nb\r⟫```⟧\n", block("sh", "a\nb\n")),
            Golden.of("no line end behind the closing fence", "⟦```\n⟪a\n⟫```⟧", block("", "a\n")));

    private static final List<Golden> UNCLOSED = List.of(
            Golden.of("at the end", "x\n⟦```py\n⟪a\nb\n⟫⟧", unclosed("py", "a\nb\n")),
            Golden.of("at the end, in the middle of a line", "⟦```py\n⟪a\nb⟫⟧", unclosed("py", "a\nb\n")),
            Golden.of("right behind the opening fence", "⟦```py⟪⟫⟧", unclosed("py", "")),
            Golden.of("behind the opening fence's line", "⟦```py\n⟪⟫⟧", unclosed("py", "")),
            Golden.of("closed by too short a fence", "⟦````py\n⟪a\n```\n⟫⟧", unclosed("py", "a\n```\n")),
            Golden.of("closed by the wrong character", "⟦```py\n⟪a\n~~~\n⟫⟧", unclosed("py", "a\n~~~\n")),
            Golden.of(
                    "the end of the quote ends the block",
                    "> ⟦```py\n> ⟪a\n⟫⟧b\n\n⟦```\n⟪c\n⟫```⟧",
                    unclosed("py", "a\n"),
                    block("", "c\n")),
            Golden.of("the end of the list ends the block", "- ⟦```py\n  ⟪a\n⟫⟧b\n", unclosed("py", "a\n")));

    private static final List<Golden> NOT_BLOCKS = List.of(
            Golden.of("two backticks", "``\nx\n``\n"),
            Golden.of("backticks in the info string: code inside a line", "```py`\n"),
            Golden.of("three backticks around words in one line", "```print(1)``` is how\n"),
            Golden.of("four blanks before the fence: indented code", "    ```py\n    x\n    ```\n"),
            Golden.of("indented code", "x\n\n    print(1)\n"),
            Golden.of("a fence inside HTML", "<details>\n```py\nx\n```\n</details>\n"),
            Golden.of("a fence inside a comment", "<!--\n```py\nx\n```\n-->\n"),
            Golden.of("a fence behind words", "Run ```py\nx\n"));

    private static final List<Golden> FILE_NAMES = List.of(
            Golden.of(
                    "a name behind a number sign",
                    "⟦```python\n⟪# filename: a.py\nx\n⟫```⟧",
                    block("python", "# filename: a.py\nx\n").named("a.py")),
            Golden.of(
                    "a name behind slashes",
                    "⟦```js\n⟪// filename: lib/a b.mjs  \n⟫```⟧",
                    block("js", "// filename: lib/a b.mjs  \n").named("lib/a b.mjs")),
            Golden.of(
                    "a name in a comment of HTML",
                    "⟦```html\n⟪<!-- filename: a.html -->\n⟫```⟧",
                    block("html", "<!-- filename: a.html -->\n").named("a.html")),
            Golden.of(
                    "a name in a comment of C, in a quote, with CRLF",
                    "> ⟦```css\r\n> ⟪/* filename: a.css */\r\n> x\r\n⟫> ```⟧",
                    block("css", "/* filename: a.css */\nx\n").named("a.css")),
            Golden.of(
                    "a name out of the workspace is reported as it is",
                    "⟦```sh\n⟪#filename:../../etc/x\n⟫```⟧",
                    block("sh", "#filename:../../etc/x\n").named("../../etc/x")),
            Golden.of("a comment is no name", "⟦```py\n⟪# Load the data\n⟫```⟧", block("py", "# Load the data\n")),
            Golden.of("no name behind the key", "⟦```py\n⟪# filename:  \n⟫```⟧", block("py", "# filename:  \n")),
            Golden.of("a name on the second line", "⟦```\n⟪\n# filename: a\n⟫```⟧", block("", "\n# filename: a\n")),
            Golden.of(
                    "a comment that does not end",
                    "⟦```\n⟪/* filename: a.css\n*/\n⟫```⟧",
                    block("", "/* filename: a.css\n*/\n")));
}
