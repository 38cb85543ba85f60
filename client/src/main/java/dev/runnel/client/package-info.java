/// The Java client: run programs on a Runnel daemon, watch them, cancel them, keep workspaces, move files,
/// hold conversations.
///
/// Start at [RunnelClient], [ExecutionStream] and [ConversationStream]. Every call blocks and is meant for a virtual
/// thread; the
/// words are those of the public contract, as protobuf made them (`dev.runnel.v1`).
@NullMarked
package dev.runnel.client;

import org.jspecify.annotations.NullMarked;
