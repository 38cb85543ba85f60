package dev.runnel.markdown;

/// By which rules a message is read.
public sealed interface Dialect {
    /// The default.
    Dialect COMMONMARK = new CommonMark();

    /// CommonMark 0.31: fences of three or more backticks or tildes, in lists and block quotes too, their
    /// indentation removed. Containers nested more than 100 deep are read as text. Two details are the parser's
    /// own: a tab never counts as a fence's indentation, and in a list all of a blank line does.
    record CommonMark() implements Dialect {}
}
