package dev.runnel.server.approval;

import dev.runnel.server.auth.Tenant;
import java.time.Instant;

/// How a question ended. Kept for a while, for those who decide late, or again.
///
/// @param id of the execution that it was about
/// @param specDigest of what was shown
public record Decided(Tenant tenant, String id, String specDigest, Ending ending, Instant when) implements Approval {}
