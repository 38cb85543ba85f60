package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.Failed;
import dev.runnel.v1.Finished;
import dev.runnel.v1.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExitCodeTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 121, 124, 255})
    void a_program_that_exits_gives_its_own_code(int code) {
        var outcome = Outcome.newBuilder()
                .setExited(Outcome.Exited.getDefaultInstance())
                .setExitCode(code)
                .build();

        assertThat(ExitCode.of(outcome)).isEqualTo(code);
    }

    @Test
    void a_signal_gives_128_and_its_number() {
        var outcome = Outcome.newBuilder()
                .setSignalled(Outcome.Signalled.getDefaultInstance())
                .setSignal(11)
                .build();

        assertThat(ExitCode.of(outcome)).isEqualTo(139);
    }

    @Test
    void limits_and_cancel_have_codes_of_their_own_whatever_signal_ended_the_program() {
        var killed = Outcome.newBuilder().setSignal(9);

        assertThat(ExitCode.of(killed.setTimedOut(Outcome.TimedOut.getDefaultInstance())
                        .build()))
                .isEqualTo(124);
        assertThat(ExitCode.of(killed.setMemoryExceeded(Outcome.MemoryExceeded.getDefaultInstance())
                        .build()))
                .isEqualTo(137);
        assertThat(ExitCode.of(killed.setOutputExceeded(Outcome.OutputExceeded.getDefaultInstance())
                        .build()))
                .isEqualTo(122);
        assertThat(ExitCode.of(killed.setCancelled(Outcome.Cancelled.getDefaultInstance())
                        .build()))
                .isEqualTo(130);
    }

    @Test
    void an_outcome_of_a_newer_daemon_is_an_end_without_success() {
        var outcome = Outcome.newBuilder()
                .setExitCode(0)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                9,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();

        assertThat(ExitCode.of(outcome)).isEqualTo(121);
        assertThat(Words.causeOf(outcome)).isEqualTo("unknown");
    }

    @Test
    void a_failure_of_runnel_is_121() {
        var failed = ExecutionEvent.newBuilder()
                .setFailed(Failed.getDefaultInstance())
                .build();

        assertThat(ExitCode.of(failed)).isEqualTo(121);
    }

    @Test
    void an_exit_without_a_code_is_never_taken_for_success() {
        var finished = ExecutionEvent.newBuilder()
                .setFinished(Finished.newBuilder()
                        .setOutcome(Outcome.newBuilder().setExited(Outcome.Exited.getDefaultInstance())))
                .build();

        assertThat(ExitCode.of(finished)).isEqualTo(121);
    }
}
