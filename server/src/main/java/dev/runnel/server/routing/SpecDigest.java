package dev.runnel.server.routing;

import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.EnforcedLimit;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.StandardInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// SHA-256 over everything that decides a run, in one canonical form: every value behind its length, lists behind
/// their count, maps in the order of their keys.
///
/// Secret values are left out, their names are in: a digest is shown to people, and a short secret could be guessed
/// from it. How long to wait for a start, and which profile gave a limit, decide nothing about the run.
final class SpecDigest {
    private final MessageDigest sha256 = Digest.sha256();

    private SpecDigest() {}

    /// Of a spec that was resolved to this.
    ///
    /// @param file where the source goes
    static Digest of(ExecutionSpec spec, String language, String file, Placement placement, ResolvedLimits limits) {
        var digest = new SpecDigest();
        digest.text("runnel.spec/1");
        digest.program(spec, language, file, placement);
        digest.place(spec, placement);
        digest.limits(limits, placement);
        return Digest.of(digest.sha256);
    }

    private void program(ExecutionSpec spec, String language, String file, Placement placement) {
        var program = spec.program();
        text(language);
        text(placement.version(language));
        text(program.source().digest().text());
        text(file);
        texts(program.arguments());
        map(program.environment());
        texts(program.secretEnvironment().keySet().stream().sorted().toList());
        number(program.files().size());
        for (var input : program.files()) {
            text(input.path().value());
            text(input.content().digest().text());
            number(input.mode());
        }
        text(program.workingDirectory().value());
        number(program.mergeStderr() ? 1 : 0);
        text(program.buffering().name());
        number(program.freshInterpreter() ? 1 : 0);
        texts(program.interpreterFlags());
        text(
                switch (spec.standardInput()) {
                    case StandardInput.None _ -> "none";
                    case StandardInput.Bytes(var content) -> content.digest().text();
                    case StandardInput.KeptOpen _ -> "kept open";
                });
        texts(spec.artifacts());
    }

    private void place(ExecutionSpec spec, Placement placement) {
        var sandboxes = placement.sandboxes();
        text(placement.executor().name());
        text(sandboxes.isolation().name());
        text(sandboxes.kind().name());
        optional(placement.image());
        optional(placement.imageDigest());
        optional(spec.session());
        texts(spec.extras().mounts().stream().sorted().toList());
        texts(spec.extras().devices().stream().sorted().toList());
        texts(spec.extras().hosts().stream().sorted().toList());
    }

    private void limits(ResolvedLimits limits, Placement placement) {
        for (var limit : limits.enforced(placement.sandboxes().enforcement())) {
            text(limit.kind().name());
            text(limit.mechanism().name());
            switch (limit.value()) {
                case EnforcedLimit.Value.Time(var duration) -> number(duration.toNanos());
                case EnforcedLimit.Value.Amount(var amount) -> number(amount);
            }
        }
        text(limits.onOutputLimit().name());
    }

    private void optional(Optional<String> value) {
        texts(value.stream().toList());
    }

    private void map(Map<String, String> map) {
        number(map.size());
        new TreeMap<>(map).forEach((key, value) -> {
            text(key);
            text(value);
        });
    }

    private void texts(Collection<String> texts) {
        number(texts.size());
        texts.forEach(this::text);
    }

    private void text(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        sha256.update(bytes);
    }

    private void number(long number) {
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    }
}
