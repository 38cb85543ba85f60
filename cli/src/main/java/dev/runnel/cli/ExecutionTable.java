package dev.runnel.cli;

import com.google.protobuf.Timestamp;
import dev.runnel.v1.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Executions as rows for a person.
final class ExecutionTable {
    private ExecutionTable() {}

    /// A header and a row for each, columns aligned.
    static List<String> of(List<Execution> executions, Instant now) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "STATE", "LANGUAGE", "EXECUTOR", "AGE", "END"));
        for (var execution : executions) {
            rows.add(List.of(
                    TerminalText.oneLine(execution.getExecutionId()),
                    Words.of(execution.getState()),
                    TerminalText.oneLine(execution.getResolvedSpec().getLanguage()),
                    TerminalText.oneLine(execution.getResolvedSpec().getExecutor()),
                    age(execution.getCreateTime(), now),
                    TerminalText.oneLine(endOf(execution))));
        }
        return Columns.align(rows);
    }

    /// How it ended, or that it has not.
    static String endOf(Execution execution) {
        return switch (execution.getEndCase()) {
            case FINISHED -> Words.ofOutcome(execution.getFinished().getOutcome());
            case FAILED -> Words.ofFailure(execution.getFailed());
            case END_NOT_SET -> "";
        };
    }

    private static String age(Timestamp created, Instant now) {
        var age = Duration.between(Instant.ofEpochSecond(created.getSeconds(), created.getNanos()), now);
        if (age.compareTo(Duration.ofMinutes(1)) < 0) {
            return Math.max(0, age.toSeconds()) + "s";
        }
        return age.compareTo(Duration.ofHours(1)) < 0 ? age.toMinutes() + "m" : age.toHours() + "h";
    }
}
