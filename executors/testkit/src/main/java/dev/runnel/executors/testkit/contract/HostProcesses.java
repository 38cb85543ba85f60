package dev.runnel.executors.testkit.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Finds processes on a Linux host by a mark in their environment, in whatever namespaces they are.
public final class HostProcesses {
    private HostProcesses() {}

    /// Process ids of those that were started with this text in their environment and are not zombies. Needs
    /// to be allowed to read it: root, or the same user.
    public static List<Long> withEnvironment(String mark) {
        try (var entries = Files.list(Path.of("/proc"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .filter(pid -> environment(pid).contains(mark))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String environment(long pid) {
        try {
            return new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ")), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            // It has gone, or is not ours to read: a zombie's is empty.
            return "";
        }
    }
}
