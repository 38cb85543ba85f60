package dev.runnel.cli;

import com.google.protobuf.Timestamp;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.yaml.Durations;
import dev.runnel.v1.Approval;
import dev.runnel.v1.EnforcedLimit;
import dev.runnel.v1.LimitKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// What waits for approval, as a person sees it: all that decides the run, with nothing in it that could drive a
/// terminal or pass for a line of ours.
final class ApprovalText {
    private ApprovalText() {}

    /// Its lines.
    static List<String> of(Approval approval, Instant now) {
        var spec = approval.getResolvedSpec();
        var lines = new ArrayList<String>();
        var conversation =
                approval.getConversationId().isEmpty() ? "" : " of conversation " + approval.getConversationId();
        lines.add(TerminalText.oneLine("%s%s, expires in %s"
                .formatted(approval.getExecutionId(), conversation, left(approval.getExpireTime(), now))));
        var version = spec.getLanguageVersion().isEmpty() ? "" : " (" + spec.getLanguageVersion() + ")";
        lines.add(TerminalText.oneLine("  %s%s as %s".formatted(spec.getLanguage(), version, spec.getFileName())));
        lines.add(TerminalText.oneLine("  executor %s, isolation %s, %s sandbox"
                .formatted(spec.getExecutor(), Words.of(spec.getIsolation()), Words.of(spec.getSandboxKind()))));
        if (!spec.getImageDigest().isEmpty()) {
            lines.add(TerminalText.oneLine("  image " + spec.getImageDigest()));
        }
        if (!spec.getSessionId().isEmpty()) {
            lines.add(TerminalText.oneLine("  session " + spec.getSessionId()));
        }
        for (var limit : spec.getLimitsList()) {
            lines.add(
                    "  %s %s (%s)".formatted(Words.of(limit.getKind()), value(limit), Words.of(limit.getMechanism())));
        }
        lines.add(TerminalText.oneLine("  " + spec.getSpecDigest()));
        lines.addAll(code(approval.getCode()));
        return lines;
    }

    /// Each line after a bar, so that none can be taken for one of ours.
    private static List<String> code(String code) {
        var text = new TerminalText();
        var bytes = code.getBytes(StandardCharsets.UTF_8);
        var shown = new String(text.show(bytes, bytes.length), StandardCharsets.UTF_8)
                + new String(text.finish(), StandardCharsets.UTF_8);
        return shown.lines().map(line -> "  | " + line).toList();
    }

    private static String value(EnforcedLimit limit) {
        return switch (limit.getValueCase()) {
            case DURATION -> Words.seconds(limit.getDuration());
            case AMOUNT -> amount(limit.getKind(), limit.getAmount());
            case VALUE_NOT_SET -> "none";
        };
    }

    private static String amount(LimitKind kind, long amount) {
        return switch (kind) {
            case LIMIT_KIND_MEMORY, LIMIT_KIND_OUTPUT, LIMIT_KIND_DISK, LIMIT_KIND_FILE_SIZE ->
                new DataSize(amount).toString();
            case LIMIT_KIND_CPU_RATE -> amount / 1000.0 + " cpus";
            case LIMIT_KIND_PROCESSES,
                    LIMIT_KIND_WALL_TIME,
                    LIMIT_KIND_CPU_TIME,
                    LIMIT_KIND_UNSPECIFIED,
                    UNRECOGNIZED -> String.valueOf(amount);
        };
    }

    private static String left(Timestamp expires, Instant now) {
        var left = Duration.between(now, Instant.ofEpochSecond(expires.getSeconds(), expires.getNanos()))
                .truncatedTo(ChronoUnit.SECONDS);
        return left.isPositive() ? Durations.format(left) : "no time";
    }
}
