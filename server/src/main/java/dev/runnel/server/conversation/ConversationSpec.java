package dev.runnel.server.conversation;

import dev.runnel.markdown.Dialect;
import dev.runnel.server.conversation.text.TextStyle;
import dev.runnel.server.session.SessionSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a conversation is, as a client asks for it.
///
/// @param languages names or aliases of those whose blocks run; none: all
/// @param defaultLanguage of blocks that name none; without one they don't run
/// @param role whose messages have blocks that run
/// @param approvalTimeout no decision by then is a denial
/// @param maxTextBytes of a block's output in the text for a model
/// @param executionOff blocks are told and none runs
/// @param artifacts relative globs of files to keep after each block
/// @param absenceTimeout how long it waits for a client that is gone
/// @param maxTurns 0: no bound
/// @param terminationText a message that ends with it closes the conversation
public record ConversationSpec(
        Workspace workspace,
        Dialect dialect,
        Selection selection,
        List<String> languages,
        Optional<String> defaultLanguage,
        String role,
        Approval approval,
        Duration approvalTimeout,
        TextStyle style,
        int maxTextBytes,
        boolean executionOff,
        List<String> artifacts,
        Duration absenceTimeout,
        int maxTurns,
        Optional<String> terminationText) {
    public ConversationSpec {
        languages = List.copyOf(languages);
        artifacts = List.copyOf(artifacts);
    }

    /// The session that the blocks run in.
    public sealed interface Workspace {
        /// One that exists, and outlives the conversation.
        record Existing(String session) implements Workspace {}

        /// One that begins and ends with the conversation.
        record Own(SessionSpec spec) implements Workspace {}
    }

    /// Which blocks run when a message has come.
    public sealed interface Selection {
        /// All of the message.
        record All() implements Selection {}

        /// The last of the message.
        record Last() implements Selection {}

        /// All of the newest messages, this one included.
        record LastMessages(int count) implements Selection {}

        /// All of the newest message that has any.
        record NewestWithBlocks() implements Selection {}
    }

    /// Who decides whether a block runs.
    public enum Approval {
        NONE,
        PERSON
    }
}
