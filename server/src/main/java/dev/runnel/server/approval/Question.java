package dev.runnel.server.approval;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.execution.ResolvedSpec;
import java.time.Instant;
import java.util.Optional;

/// May this run? Safe to show to whoever may decide for the tenant: no secret is in it.
///
/// @param id of the execution that it will be
/// @param specDigest over everything that decides the run; a decision repeats it
/// @param language its own name, not an alias
/// @param code what runs, byte for byte
/// @param conversation the one that it belongs to
/// @param expires from then on nobody can approve it
/// @param spec what it will run as
public record Question(
        Tenant tenant,
        String id,
        String specDigest,
        String language,
        String code,
        Optional<String> conversation,
        Instant asked,
        Instant expires,
        ResolvedSpec spec)
        implements Approval {
    public Question {
        if (!specDigest.equals(spec.specDigest().text())) {
            throw new IllegalArgumentException("the digest to decide on is not that of the spec to be shown");
        }
    }
}
