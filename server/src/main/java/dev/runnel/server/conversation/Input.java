package dev.runnel.server.conversation;

import java.nio.ByteBuffer;
import java.util.List;

/// Something that a client says to a conversation.
///
/// @param number counts the client's inputs from 1
public record Input(long number, Action action) {
    /// What it says.
    public sealed interface Action {
        /// A message of the chat.
        ///
        /// @param keepInputOpen its blocks read what [Stdin] brings
        record Message(String role, String markdown, boolean keepInputOpen) implements Turn {
            @Override
            public long length() {
                return markdown.length();
            }
        }

        /// Blocks that are given as such.
        record RunBlocks(List<Source> blocks, boolean keepInputOpen) implements Turn {
            public RunBlocks {
                blocks = List.copyOf(blocks);
            }

            @Override
            public long length() {
                return blocks.stream().mapToLong(block -> block.code().length()).sum();
            }
        }

        /// Whether a block runs.
        ///
        /// @param specDigest what the client has seen
        record Decision(String executionId, String specDigest, boolean approved, String reason) implements Action {}

        /// Bytes for the block that runs, or the next one.
        record Stdin(ByteBuffer data, boolean eof) implements Action {}

        /// Ends what runs, and its turn.
        record Interrupt() implements Action {}

        /// Nothing comes after this.
        record Close() implements Action {}

        /// What begins a turn.
        sealed interface Turn extends Action {
            boolean keepInputOpen();

            /// Characters of what it says.
            long length();
        }
    }

    /// A block that is given as such.
    public record Source(String language, String code) {}
}
