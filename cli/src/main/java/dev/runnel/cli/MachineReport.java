package dev.runnel.cli;

import com.google.gson.JsonObject;
import dev.runnel.cli.BlockPlan.Step;

/// JSON: `{"block":…}` before each block, then what `exec --json` writes for it; `{"summary":…}` at the
/// end.
final class MachineReport implements Report {
    private final JsonLines lines;

    MachineReport(JsonLines lines) {
        this.lines = lines;
    }

    @Override
    public Audience begin(Step.Runs block, int of) {
        write(block, "runs", "");
        return new MachineAudience(lines);
    }

    @Override
    public void notRun(Step.NotRun block, int of) {
        write(block, "not_run", block.why());
    }

    @Override
    public void skipped(Step.Runs block, int of) {
        write(block, "skipped", "an earlier block did not succeed");
    }

    @Override
    public void end(int exitCode, int ran, int skipped) {
        var summary = new JsonObject();
        summary.addProperty("exitStatus", exitCode);
        summary.addProperty("ran", ran);
        summary.addProperty("skipped", skipped);
        lines.write("summary", summary);
    }

    private void write(Step step, String state, String why) {
        var block = new JsonObject();
        block.addProperty("number", step.number());
        block.addProperty("line", step.block().block().firstLine());
        block.addProperty("language", step.block().language().orElse(""));
        step.block().fileName().ifPresent(name -> block.addProperty("fileName", name));
        block.addProperty("state", state);
        if (!why.isEmpty()) {
            block.addProperty("why", why);
        }
        lines.write("block", block);
    }
}
