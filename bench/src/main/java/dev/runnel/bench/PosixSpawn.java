package dev.runnel.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// Starts a program with posix_spawn(3) and waits for its end, the way the references are run: without the fork helper
/// that [ProcessBuilder] puts between, which would flatter us by a millisecond.
final class PosixSpawn {
    private static final int O_WRONLY = 1;
    private static final long FILE_ACTIONS_BYTES = 128; // glibc's posix_spawn_file_actions_t has 80

    private final MethodHandle spawn;
    private final MethodHandle waitpid;
    private final MethodHandle actionsInit;
    private final MethodHandle actionsOpen;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment actions = arena.allocate(FILE_ACTIONS_BYTES, 16);

    PosixSpawn() {
        spawn = find("posix_spawn", 6);
        waitpid = handle(
                "waitpid",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        actionsInit = find("posix_spawn_file_actions_init", 1);
        actionsOpen = handle(
                "posix_spawn_file_actions_addopen",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT));
        try {
            check((int) actionsInit.invoke(actions));
            check((int) actionsOpen.invoke(actions, 1, arena.allocateFrom("/dev/null"), O_WRONLY, 0));
        } catch (Throwable failure) {
            throw new IllegalStateException("posix_spawn file actions", failure);
        }
    }

    /// Runs `argv` with its output to /dev/null and returns nanoseconds from before the spawn to after the wait.
    long run(List<String> argv) {
        try (var call = Arena.ofConfined()) {
            var pid = call.allocate(ValueLayout.JAVA_INT);
            var status = call.allocate(ValueLayout.JAVA_INT);
            var path = call.allocateFrom(argv.getFirst());
            var arguments = strings(call, argv);
            var environment = strings(call, List.of("PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"));

            var before = System.nanoTime();
            check((int) spawn.invoke(pid, path, actions, MemorySegment.NULL, arguments, environment));
            var waited = (int) waitpid.invoke(pid.get(ValueLayout.JAVA_INT, 0), status, 0);
            var after = System.nanoTime();

            if (waited < 0 || status.get(ValueLayout.JAVA_INT, 0) != 0) {
                throw new IllegalStateException(
                        argv + " ended with wait status " + status.get(ValueLayout.JAVA_INT, 0));
            }
            return after - before;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new IllegalStateException("posix_spawn of " + argv, failure);
        }
    }

    private static MemorySegment strings(Arena arena, List<String> values) {
        var array = arena.allocate(ValueLayout.ADDRESS, values.size() + 1L);
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(values.get(i)));
        }
        return array;
    }

    private static MethodHandle find(String name, int pointers) {
        var arguments = new ValueLayout[pointers];
        java.util.Arrays.fill(arguments, ValueLayout.ADDRESS);
        return handle(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    @SuppressWarnings("restricted") // calling into libc is what this class is for
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    private static void check(int error) {
        if (error != 0) {
            throw new IllegalStateException("posix_spawn failed with errno " + error);
        }
    }
}
