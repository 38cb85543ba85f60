package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.runner.v1.Assembly;
import dev.runnel.runner.v1.Interpreter;
import dev.runnel.runner.v1.InterpreterKind;
import dev.runnel.runner.v1.Nursery;
import dev.runnel.runner.v1.OpenCell;
import java.util.Optional;
import java.util.TreeMap;

/// Turns what a nursery and its cells are to be into messages.
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
        var message = Interpreter.newBuilder()
                .setName(interpreter.name())
                .setKind(kind(interpreter.kind()))
                .setAhead(interpreter.ahead());
        interpreter.argv().forEach(word -> message.addArgv(ByteString.copyFromUtf8(word)));
        new TreeMap<>(interpreter.environment())
                .forEach((name, value) -> message.addEnvironment(ByteString.copyFromUtf8(name + "=" + value)));
        return message.build();
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
