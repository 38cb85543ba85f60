package dev.runnel.server.conversation;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.server.conversation.text.BlockEnd;
import dev.runnel.server.execution.Result;
import dev.runnel.server.execution.SignalNames;
import java.util.Optional;

/// Outcomes in the words for a model.
final class BlockEnds {
    static final BlockEnd SUCCESS = new BlockEnd.Exited(0);

    private BlockEnds() {}

    static BlockEnd of(Result result) {
        return switch (result.ending()) {
            case Ending.Exited(), Ending.Signalled() -> of(result.status());
            case Ending.WallTimeExceeded() -> new BlockEnd.WallTimeExceeded();
            case Ending.CpuTimeExceeded() -> new BlockEnd.CpuTimeExceeded();
            case Ending.MemoryExceeded() -> new BlockEnd.MemoryExceeded();
            case Ending.OutputExceeded() -> new BlockEnd.OutputExceeded();
            case Ending.Cancelled() -> new BlockEnd.Cancelled();
        };
    }

    private static BlockEnd of(Optional<WaitStatus> status) {
        return switch (status.orElseThrow()) {
            case WaitStatus.ExitCode(var code) -> new BlockEnd.Exited(code);
            case WaitStatus.Signal signal -> new BlockEnd.Signalled(SignalNames.of(signal.number()));
        };
    }
}
