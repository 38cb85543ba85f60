package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a program gets while it runs, and at its start.
interface InputContract extends ContractFixture {
    @Test
    default void closedStdinIsAtItsEnd() throws Exception {
        var ended = attempt(programs().copiesStdin()).run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.sink().stdout()).isEmpty();
    }

    @Test
    default void largeStdinArrivesWhole() throws Exception {
        var bytes = new byte[8 << 20];
        new Random(7).nextBytes(bytes);

        var ended =
                attempt(programs().copiesStdin()).input(ProgramInput.of(bytes)).run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.sink().stdout()).isEqualTo(bytes);
    }

    @Test
    default void stdinThatNobodyReadsHoldsNothingUp() throws Exception {
        var ended = attempt(programs().ignoresStdin("not interested"))
                .input(ProgramInput.of(new byte[8 << 20]))
                .run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.sink().stdoutText()).isEqualTo("not interested");
    }

    @Test
    default void stdinArrivesPieceByPieceWhileTheProgramRuns() throws Exception {
        var input = new LiveInput();
        var run = attempt(programs().copiesStdin()).input(input).start();

        input.write("one");
        run.sink().awaitText("one");
        input.write("two");
        run.sink().awaitText("onetwo");
        input.close();

        assertThat(run.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
    }

    @Test
    default void inputIsInterruptedAtTheEnd() throws Exception {
        var input = new LiveInput();

        var run = attempt(programs().printsAndWaits("waiting")).input(input).start();
        input.awaitAsked();

        run.cancel();

        run.outcome();
        input.awaitInterrupted();
    }

    @Test
    default void aSignalReachesAProgramThatHandlesIt() throws Exception {
        var input = new LiveInput();
        var run = attempt(programs().catches(15)).input(input).start();
        run.sink().awaitText("ready");

        input.signal(15);

        assertThat(run.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(run.sink().stdoutText()).isEqualTo("ready got 15");
    }

    @Test
    default void aSignalEndsAProgramThatDoesNotHandleIt() throws Exception {
        var input = new LiveInput();
        var run = attempt(programs().printsAndWaits("waiting")).input(input).start();
        run.sink().awaitText("waiting");

        input.signal(15);

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Signalled());
        assertThat(run.outcome().status()).isEqualTo(new WaitStatus.Signal(15, false));
    }

    @Test
    default void aVariableArrivesAsItWasGiven() throws Exception {
        var value = "a=b 'c' \"d\" $e\n\u00fc";

        var ended = attempt(programs().printsVariable("GIVEN"))
                .variable("GIVEN", value)
                .run();

        assertThat(ended.sink().stdout()).isEqualTo(value.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    default void aVariableOfTheDaemonDoesNotArrive() throws Exception {
        var name = System.getenv().keySet().stream()
                .filter(each -> !each.matches("PATH|HOME|LANG|TMPDIR"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("this test needs a variable in its own environment"));

        var ended = attempt(programs().printsVariable(name)).run();

        assertThat(ended.sink().stdout()).isEmpty();
    }

    @Test
    default void theWorkingDirectoryIsBeneathTheWorkspace() throws Exception {
        var sandbox = open();
        var program = programs().printsWorkingDirectory();
        for (var source : program.files()) {
            sandbox.workspace()
                    .put(new InputFile(
                            WorkspacePath.of("deep/down/" + source.path()), source.mode(), source.content()));
        }

        var root = attempt(sandbox, program).run().sink().stdoutText();
        var down = attempt(sandbox, program).in("deep/down").run().sink().stdoutText();

        assertThat(down).isEqualTo(root + "/deep/down");
    }
}
