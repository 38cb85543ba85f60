package dev.runnel.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.runnel.client.RunnelException;
import dev.runnel.v1.ErrorReason;
import dev.runnel.v1.ExecutionEvent;

/// Writes one JSON object per line: `{"event":…}` for each event as the contract has it, and at the end one
/// `{"result":…}` that tells every way to end apart.
final class MachineAudience implements Audience {
    private final JsonLines lines;

    MachineAudience(JsonLines lines) {
        this.lines = lines;
    }

    @Override
    public void event(ExecutionEvent event) {
        lines.message("event", event);
    }

    @Override
    public void ended(String executionId, ExecutionEvent last) {
        var result = new JsonObject();
        result.addProperty("executionId", executionId);
        result.addProperty("exitStatus", ExitCode.of(last));
        if (last.hasFinished()) {
            var outcome = last.getFinished().getOutcome();
            result.addProperty("end", Words.causeOf(outcome));
            if (outcome.hasExitCode()) {
                result.addProperty("exitCode", outcome.getExitCode());
            }
            if (outcome.hasSignal()) {
                result.addProperty("signal", outcome.getSignal());
            }
        } else {
            result.addProperty("end", "failed");
            result.addProperty("programMayHaveRun", last.getFailed().getProgramMayHaveRun());
            result.addProperty("message", last.getFailed().getStatus().getMessage());
        }
        lines.write("result", result);
    }

    @Override
    public void refused(RunnelException refusal) {
        lines.write("result", refusal(refusal));
    }

    @Override
    public void note(String text) {
        var note = new JsonObject();
        note.addProperty("text", text);
        lines.write("note", note);
    }

    static JsonObject refusal(RunnelException refusal) {
        var result = new JsonObject();
        result.addProperty("exitStatus", ExitCode.RUNNEL_FAILED);
        result.addProperty("end", "refused");
        result.addProperty("code", refusal.code().name());
        result.addProperty("reason", refusal.reason().map(ErrorReason::name).orElse(""));
        result.addProperty("message", refusal.getMessage());
        var violations = new JsonArray();
        for (var violation : refusal.violations()) {
            var field = new JsonObject();
            field.addProperty("field", violation.field());
            field.addProperty("description", violation.description());
            violations.add(field);
        }
        result.add("violations", violations);
        return result;
    }
}
