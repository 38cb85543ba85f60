/// Conversations: chat messages in, their blocks run in a session, every step a numbered event.
@NullMarked
package dev.runnel.server.conversation;

import org.jspecify.annotations.NullMarked;
