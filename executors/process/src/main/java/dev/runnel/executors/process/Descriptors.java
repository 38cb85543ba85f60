package dev.runnel.executors.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files the launcher opens before it drops its privileges, and the descriptor numbers at which
/// bubblewrap and the runner find them. So nothing of the daemon's has to be readable for the uid of a
/// sandbox.
final class Descriptors {
    /// The runner's end of the channel.
    static final int CHANNEL = 3;

    private final List<String> options = new ArrayList<>();
    private int next = CHANNEL + 1;

    String read(Path file) {
        return open("r", file);
    }

    String write(Path file) {
        return open("w", file);
    }

    String readWrite(Path file) {
        return open("rw", file);
    }

    /// A number at which the launcher puts something that it did not open.
    String reserve() {
        return Integer.toString(next++);
    }

    /// The launcher's options for all of them.
    List<String> options() {
        return List.copyOf(options);
    }

    private String open(String access, Path file) {
        var number = reserve();
        options.add("--open");
        options.add(number + ":" + access + ":" + file);
        return number;
    }
}
