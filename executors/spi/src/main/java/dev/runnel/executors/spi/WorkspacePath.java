package dev.runnel.executors.spi;

import java.nio.charset.StandardCharsets;

/// A relative POSIX path beneath a workspace, in its one normal form: no empty, `.` or `..` part, no NUL.
///
/// This keeps honest mistakes out. What keeps a guest in is the runner, which resolves every path beneath the
/// workspace's descriptor without following links.
///
/// @param value `""` for the workspace itself, otherwise parts joined by `/`; at most 1,024 bytes and 32 parts
public record WorkspacePath(String value) {
    public static final WorkspacePath ROOT = new WorkspacePath("");

    private static final int MAX_BYTES = 1024;
    private static final int MAX_PARTS = 32;
    private static final int MAX_PART_BYTES = 255;

    public WorkspacePath {
        if (!value.isEmpty()) {
            check(value);
        }
    }

    public static WorkspacePath of(String value) {
        return new WorkspacePath(value);
    }

    public boolean isRoot() {
        return value.isEmpty();
    }

    private static void check(String value) {
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("path is longer than " + MAX_BYTES + " bytes");
        }
        var parts = value.split("/", -1);
        if (parts.length > MAX_PARTS) {
            throw new IllegalArgumentException("path has more than " + MAX_PARTS + " parts");
        }
        for (var part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException(
                        "path must be relative, without empty, '.' or '..' parts: '" + value + "'");
            }
            if (part.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("path contains NUL");
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
                throw new IllegalArgumentException("a part of the path is longer than " + MAX_PART_BYTES + " bytes");
            }
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
