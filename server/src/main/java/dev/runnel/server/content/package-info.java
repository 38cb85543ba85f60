/// Bytes by digest: what is too big for a message, uploaded before and downloaded after.
///
/// Start at [ContentStore]; [WorkspaceArtifacts] fills it from workspaces.
@NullMarked
package dev.runnel.server.content;

import org.jspecify.annotations.NullMarked;
