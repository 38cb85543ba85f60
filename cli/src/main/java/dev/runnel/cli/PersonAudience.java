package dev.runnel.cli;

import dev.runnel.client.RunnelException;
import dev.runnel.v1.ExecutionEvent;

/// Shows a program's output as its own, and says on standard error how it ended unless it exited by itself.
final class PersonAudience implements Audience {
    private final Screen screen;
    private final boolean wholeLines;

    /// @param wholeLines whether something of ours follows the output, so that its last line must be ended
    PersonAudience(Screen screen, boolean wholeLines) {
        this.screen = screen;
        this.wholeLines = wholeLines;
    }

    @Override
    public void event(ExecutionEvent event) {
        switch (event.getKindCase()) {
            case OUTPUT ->
                screen.guest(event.getOutput().getStream(), event.getOutput().getData());
            case ATTEMPT_FAILED ->
                note("the sandbox was lost and the program is run again; what it wrote so far counts no more: "
                        + event.getAttemptFailed().getStatus().getMessage());
            case ARTIFACT_SKIPPED ->
                note("a file was not kept (%s): %s"
                        .formatted(
                                Words.of(event.getArtifactSkipped().getReason()),
                                event.getArtifactSkipped().getPath()));
            default -> {
                // Nothing a person needs to see while the program's own output is shown.
            }
        }
    }

    @Override
    public void ended(String executionId, ExecutionEvent last) {
        screen.endGuest(wholeLines);
        if (last.hasFinished()) {
            Words.ofEnd(last.getFinished()).forEach(this::note);
        } else {
            note(Words.ofFailure(last.getFailed()));
        }
    }

    @Override
    public void refused(RunnelException refusal) {
        screen.endGuest(wholeLines);
        note(Words.ofRefusal(refusal));
    }

    @Override
    public void note(String text) {
        text.lines().forEach(line -> screen.note(TerminalText.oneLine(line)));
    }
}
