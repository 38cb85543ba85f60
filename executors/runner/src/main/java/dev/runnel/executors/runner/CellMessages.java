package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.runner.v1.Assembly;
import dev.runnel.runner.v1.Interpreter;
import dev.runnel.runner.v1.InterpreterKind;
import dev.runnel.runner.v1.Nursery;
import dev.runnel.runner.v1.OpenCell;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns what a nursery and its cells are to be, and what waits in a plain sandbox, into messages.
final class CellMessages {
    private CellMessages() {}

    static Nursery nursery(NurserySettings settings) {
        var nursery = Nursery.newBuilder()
                .setRoot(settings.root())
                .addAllHidden(settings.hidden())
                .setColdAhead(settings.coldAhead())
                .setLimits(limits(settings.limits()))
                .setMaxCells(settings.maxCells())
                .setFirstUid(settings.firstUid())
                .setUidCount(settings.uidCount());
        settings.assembly()
                .ifPresent(assembly -> nursery.setAssembly(Assembly.newBuilder().addAllCopied(assembly.copied())));
        settings.interpreters().forEach(each -> nursery.addInterpreters(interpreter(each)));
        return nursery.build();
    }

    private static Interpreter interpreter(NurserySettings.Interpreter interpreter) {
        return Interpreter.newBuilder()
                .setName(interpreter.name())
                .setKind(kind(interpreter.kind()))
                .setAhead(interpreter.ahead())
                .addAllArgv(bytes(interpreter.argv()))
                .addAllEnvironment(variables(interpreter.environment()))
                .build();
    }

    static dev.runnel.runner.v1.WaitingInterpreter waiting(WaitingInterpreter waiting) {
        return dev.runnel.runner.v1.WaitingInterpreter.newBuilder()
                .setName(waiting.interpreter().name())
                .addAllArgv(bytes(waiting.interpreter().argv()))
                .addAllEnvironment(variables(waiting.interpreter().environment()))
                .setMemoryWatched(waiting.memoryWatched())
                .build();
    }

    private static List<ByteString> bytes(List<String> words) {
        return words.stream().map(ByteString::copyFromUtf8).toList();
    }

    private static List<ByteString> variables(Map<String, String> environment) {
        return new TreeMap<>(environment)
                .entrySet().stream()
                        .map(variable -> ByteString.copyFromUtf8(variable.getKey() + "=" + variable.getValue()))
                        .toList();
    }

    private static InterpreterKind kind(WarmInterpreter.Kind kind) {
        return switch (kind) {
            case FORKED -> InterpreterKind.INTERPRETER_KIND_FORKED;
            case WAITING -> InterpreterKind.INTERPRETER_KIND_WAITING;
        };
    }

    static OpenCell open(CellLimits limits, Optional<String> interpreter) {
        return OpenCell.newBuilder()
                .setLimits(limits(limits))
                .setInterpreter(interpreter.orElse(""))
                .build();
    }

    private static dev.runnel.runner.v1.CellLimits limits(CellLimits limits) {
        return dev.runnel.runner.v1.CellLimits.newBuilder()
                .setMemoryBytes(limits.memory().bytes())
                .setProcesses(limits.processes())
                .setCpuMillis(limits.cpuMillis())
                .setWorkspaceBytes(limits.workspace().bytes())
                .setTmpBytes(limits.tmp().bytes())
                .setShmBytes(limits.shm().bytes())
                .build();
    }
}
