package dev.runnel.cli;

import dev.runnel.cli.BlockPlan.Step;
import java.util.Locale;

/// A heading before each block's output.
final class PersonReport implements Report {
    private final Screen screen;

    PersonReport(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Audience begin(Step.Runs block, int of) {
        screen.line(heading(block, of, block.language()));
        return new PersonAudience(screen, true);
    }

    @Override
    public void notRun(Step.NotRun block, int of) {
        screen.line(heading(block, of, "not run: " + block.why()));
    }

    @Override
    public void skipped(Step.Runs block, int of) {
        screen.line(heading(block, of, block.language() + ", skipped"));
    }

    @Override
    public void end(int exitCode, int ran, int skipped) {
        if (exitCode != 0) {
            screen.note(String.format(
                    Locale.ROOT, "stopped at a block that did not succeed (%d); %d skipped", exitCode, skipped));
        }
    }

    private static String heading(Step step, int of, String what) {
        var name = step.block().fileName().map(file -> " " + file).orElse("");
        return TerminalText.oneLine("--- block %d of %d, line %d: %s%s"
                .formatted(step.number(), of, step.block().block().firstLine(), what, name));
    }
}
