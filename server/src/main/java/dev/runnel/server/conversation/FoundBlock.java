package dev.runnel.server.conversation;

import dev.runnel.markdown.Span;
import java.util.Optional;

/// A block of a message, or one that was given as such.
///
/// @param message counted from 0 over the whole conversation; -1: none
/// @param language its own name where it is known, otherwise as written; empty: none was named
/// @param code what runs, if it does
/// @param where in the message; absent where there is none
/// @param fileName the file that its first line names
/// @param skipped why it will not be run
public record FoundBlock(
        int message,
        String language,
        String code,
        Optional<Span> where,
        Optional<String> fileName,
        Optional<SkipReason> skipped) {
    /// Says why it will not be run, if nothing does yet.
    FoundBlock skip(SkipReason reason) {
        return skipped.isPresent()
                ? this
                : new FoundBlock(message, language, code, where, fileName, Optional.of(reason));
    }
    /// Says that nobody wants it run, whatever else is wrong with it.
    FoundBlock leaveOut(SkipReason reason) {
        return new FoundBlock(message, language, code, where, fileName, Optional.of(reason));
    }
}
