package dev.runnel.markdown;

import java.util.List;

/// By which rules a message is read.
public sealed interface Dialect {
    /// The default.
    Dialect COMMONMARK = new CommonMark();

    /// AutoGen's, with the languages that its agent looks for when it is not told any.
    Dialect AUTOGEN = new Autogen(List.of("python", "sh"));

    /// AG2's.
    Dialect AG2 = new Ag2();

    /// CommonMark 0.31: fences of three or more backticks or tildes, in lists and block quotes too, their
    /// indentation removed. Containers nested more than 100 deep are read as text. Two details are the parser's
    /// own: a tab never counts as a fence's indentation, and in a list all of a blank line does.
    record CommonMark() implements Dialect {}

    /// What the regular expression of AutoGen 0.7's CodeExecutorAgent finds, and nothing else: three backticks,
    /// perhaps white space, one of the languages in any case, LF, the code, the next three backticks wherever
    /// they are. The code keeps its last line end. With a blank, CR or more letters behind the language there is
    /// no block, and the backticks that seem to close it may open another.
    ///
    /// A file is named as in CommonMark; AutoGen itself knows `# filename:` alone.
    ///
    /// @param languages the words to look for. `py` is not found when only `python` is given
    record Autogen(List<String> languages) implements Dialect {
        public Autogen {
            languages = List.copyOf(languages);
            if (languages.isEmpty()) {
                throw new IllegalArgumentException("no language to look for; give at least one");
            }
            languages.forEach(Autogen::requireWord);
        }

        private static void requireWord(String language) {
            if (language.isEmpty() || language.codePoints().anyMatch(PythonText::isWhiteSpace)) {
                throw new IllegalArgumentException("no language to look for: '" + language + "' is not one word");
            }
        }
    }

    /// What the regular expression of AG2 0.9's MarkdownCodeExtractor finds, and nothing else: three backticks,
    /// perhaps a word between blanks, a line end, the code, a line end, perhaps blanks, three backticks. The code
    /// is without its last line end; it may be one empty line, but not none.
    ///
    /// A block that names no language and begins with `python `, `python3 ` or `pip` is in `sh`. Of any other AG2
    /// asks Python's compiler whether it is `python`; no parser in Java knows just what that compiles. It is left
    /// to who has an interpreter, and such a block has no language here.
    ///
    /// Any comment on the first line is a file name: `# Load the data` names the file `Load the data`.
    record Ag2() implements Dialect {}
}
