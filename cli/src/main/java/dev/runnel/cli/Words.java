package dev.runnel.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.ProtocolMessageEnum;
import dev.runnel.client.RunnelException;
import dev.runnel.v1.Clock;
import dev.runnel.v1.ErrorReason;
import dev.runnel.v1.Failed;
import dev.runnel.v1.Finished;
import dev.runnel.v1.LimitKind;
import dev.runnel.v1.Outcome;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What the contract's messages are called when a person reads them.
final class Words {
    /// What to do about a refusal, where the daemon's own message can't know this command's options.
    private static final Map<ErrorReason, String> ADVICE = Map.of(
            ErrorReason.ERROR_REASON_IMAGE_UNAVAILABLE,
            "`runnel capabilities` lists the images; executors.docker.images of the configuration decides them",
            ErrorReason.ERROR_REASON_EXTRA_UNAVAILABLE,
            "`runnel capabilities` lists mounts, devices and hosts; executors.docker of the configuration defines them",
            ErrorReason.ERROR_REASON_LANGUAGE_UNAVAILABLE,
            "`runnel capabilities` lists the languages, `runnel doctor` says what is missing",
            ErrorReason.ERROR_REASON_EXECUTOR_UNAVAILABLE,
            "`runnel doctor` says what is missing",
            ErrorReason.ERROR_REASON_ISOLATION_UNAVAILABLE,
            "`runnel doctor` says what isolation this machine has",
            ErrorReason.ERROR_REASON_LIMIT_NOT_ENFORCEABLE,
            "`runnel doctor` says how each limit is enforced here; leave the option out to run without it",
            ErrorReason.ERROR_REASON_LIMIT_ABOVE_CEILING,
            "`runnel capabilities` lists the ceilings",
            ErrorReason.ERROR_REASON_CREDENTIALS_INVALID,
            "--token-file must name the daemon's own token file",
            ErrorReason.ERROR_REASON_EXECUTION_ID_REUSED,
            "choose another --id, or `runnel attach` the one there is");

    private Words() {}

    /// An enum's value without its prefix: `STREAM_STDOUT` of Stream is "stdout".
    static String of(ProtocolMessageEnum value) {
        var type = value.getDescriptorForType().getName();
        var prefix = type.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT) + "_";
        var name = value.toString();
        var bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        return bare.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /// What is worth saying about an end; nothing when the program exited by itself and hit no limit.
    static List<String> ofEnd(Finished finished) {
        var lines = new ArrayList<String>();
        var ended = ofOutcome(finished.getOutcome());
        if (finished.getOutcome().getCauseCase() != Outcome.CauseCase.EXITED) {
            lines.add(ended);
        }
        var others = finished.getLimitHitsList().stream()
                .filter(kind -> !endedBy(finished.getOutcome()).contains(kind))
                .map(Words::of)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            lines.add("the program hit its limit of: " + others);
        }
        return lines;
    }

    /// One line for an outcome.
    static String ofOutcome(Outcome outcome) {
        return switch (outcome.getCauseCase()) {
            case EXITED -> "exited with " + outcome.getExitCode();
            case SIGNALLED -> "ended by signal " + signal(outcome);
            case TIMED_OUT ->
                outcome.getTimedOut().getClock() == Clock.CLOCK_CPU
                        ? "stopped at its CPU time limit (--cpu-time)"
                        : "stopped at its time limit (--timeout)";
            case MEMORY_EXCEEDED -> "stopped at its memory limit (--memory)";
            case OUTPUT_EXCEEDED -> "stopped at its output limit (--output-limit)";
            case CANCELLED -> "cancelled by " + of(outcome.getCancelled().getBy());
            case CAUSE_NOT_SET -> "ended in a way this version of runnel does not know";
        };
    }

    /// The cause as the contract's field is called: `exited`, `timed_out` …, or `unknown`.
    static String causeOf(Outcome outcome) {
        return outcome.getCauseCase() == Outcome.CauseCase.CAUSE_NOT_SET
                ? "unknown"
                : outcome.getCauseCase().name().toLowerCase(Locale.ROOT);
    }

    /// One line for a program that could not be brought to an end of its own.
    static String ofFailure(Failed failed) {
        var code = Status.fromCodeValue(failed.getStatus().getCode()).getCode();
        return "%s (%s); the program %s"
                .formatted(
                        failed.getStatus().getMessage(),
                        code,
                        failed.getProgramMayHaveRun() ? "may have run" : "has not run");
    }

    /// A refusal with its reason, each field, and what to do.
    static String ofRefusal(RunnelException refusal) {
        var text = new StringBuilder(String.valueOf(refusal.getMessage()));
        refusal.reason().ifPresent(reason -> {
            text.append(" [")
                    .append(reason.name().substring("ERROR_REASON_".length()))
                    .append(']');
            var advice = ADVICE.get(reason);
            if (advice != null) {
                text.append('\n').append(advice);
            }
        });
        refusal.retryAfter().ifPresent(delay -> text.append("\ntry again in ").append(seconds(delay)));
        return text.toString();
    }

    /// A time as people write it: `1.250 s`.
    static String seconds(java.time.Duration duration) {
        return String.format(Locale.ROOT, "%.3f s", duration.toNanos() / 1e9);
    }

    /// The same of the contract's own.
    static String seconds(Duration duration) {
        return seconds(java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos()));
    }

    private static String signal(Outcome outcome) {
        return outcome.getSignalName().isEmpty() ? String.valueOf(outcome.getSignal()) : outcome.getSignalName();
    }

    private static Set<LimitKind> endedBy(Outcome outcome) {
        return switch (outcome.getCauseCase()) {
            case TIMED_OUT -> Set.of(LimitKind.LIMIT_KIND_WALL_TIME, LimitKind.LIMIT_KIND_CPU_TIME);
            case MEMORY_EXCEEDED -> Set.of(LimitKind.LIMIT_KIND_MEMORY);
            case OUTPUT_EXCEEDED -> Set.of(LimitKind.LIMIT_KIND_OUTPUT);
            case EXITED, SIGNALLED, CANCELLED, CAUSE_NOT_SET -> Set.of();
        };
    }
}
