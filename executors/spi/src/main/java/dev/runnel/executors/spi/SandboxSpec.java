package dev.runnel.executors.spi;

import java.util.Optional;
import java.util.regex.Pattern;

/// What a sandbox is asked to be.
///
/// @param id unique among this daemon's sandboxes; letters, digits and `-` only, it names cgroups and
///     directories
/// @param tenant whose code will run in it; never part of a path that the inside can see
/// @param limits what all programs of the sandbox share: memory, processes, CPU, disk
/// @param image the one it must be, for executors that have images; absent where the executor chooses
/// @param language of the first program, by its own name; absent where that is not known, as for a session
/// @param interpreter the language whose warm interpreter the first program will probably want
/// @param imageDigest what was found for the image, [Executor#imageDigest]: the sandbox is made of just that
/// @param extras what it has beyond the usual
public record SandboxSpec(
        String id,
        String tenant,
        SandboxLimits limits,
        Optional<String> image,
        Optional<String> language,
        Optional<String> interpreter,
        Optional<String> imageDigest,
        Extras extras) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    public SandboxSpec {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("sandbox id must match " + ID + ": " + id);
        }
    }

    /// A sandbox of which it is not known what will run in it.
    public SandboxSpec(String id, String tenant, SandboxLimits limits, Optional<String> image) {
        this(id, tenant, limits, image, Optional.empty(), Optional.empty(), Optional.empty(), Extras.NONE);
    }

    /// The same, of the image with this digest.
    public SandboxSpec ofImage(Optional<String> digest) {
        return new SandboxSpec(id, tenant, limits, image, language, interpreter, digest, extras);
    }
}
