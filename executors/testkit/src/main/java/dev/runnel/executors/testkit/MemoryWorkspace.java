package dev.runnel.executors.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Problem;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Workspace;
import dev.runnel.executors.spi.WorkspacePath;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// A workspace in the heap: files, directories and links, with a size of its own.
///
/// A sparse file counts with its logical size. Times are [Instant#EPOCH].
final class MemoryWorkspace implements Workspace {
    /// Depth first, by name: a directory's children come right after it, whatever else starts with its name.
    private static final Comparator<String> DEPTH_FIRST = Comparator.comparing(path -> path.replace('/', '\0'));

    private final long capacity;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final TreeMap<String, Node> nodes = new TreeMap<>(DEPTH_FIRST);

    @GuardedBy("lock") private long used;

    MemoryWorkspace(DataSize capacity) {
        this.capacity = capacity.bytes();
    }

    /// What lies at a path.
    private sealed interface Node {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record File(byte[] bytes, int mode) implements Node {}

        record Directory() implements Node {}

        record Link(String target) implements Node {}
    }

    @Override
    public void put(InputFile file) throws SandboxException, IOException {
        byte[] bytes;
        if (file.content().size() > capacity) {
            throw refused(file.path(), Problem.NO_SPACE);
        }
        try (var source = file.content().open()) {
            bytes = source.readAllBytes();
        }
        var problem = write(file.path(), file.mode(), bytes);
        if (problem.isPresent()) {
            throw refused(file.path(), problem.get());
        }
    }

    @Override
    public FileEntry get(WorkspacePath path, DataSize atMost, OutputStream target)
            throws SandboxException, IOException {
        Node.File file;
        lock.lock();
        try {
            file = fileAt(path, atMost);
        } finally {
            lock.unlock();
        }
        target.write(file.bytes());
        return entry(path, file);
    }

    @Override
    public Listing list(WorkspacePath directory, int atMost) throws SandboxException {
        lock.lock();
        try {
            if (!directory.isRoot()) {
                requireDirectory(directory);
            }
            var entries = new ArrayList<FileEntry>();
            for (var each : nodes.entrySet()) {
                if (directory.isRoot() || each.getKey().startsWith(directory.value() + "/")) {
                    if (entries.size() == atMost) {
                        return new Listing(entries, true, 0);
                    }
                    entries.add(entry(WorkspacePath.of(each.getKey()), each.getValue()));
                }
            }
            return new Listing(entries, false, 0);
        } finally {
            lock.unlock();
        }
    }

    /// As a program writes: replaces what is there, makes what is missing.
    Optional<Problem> write(WorkspacePath path, int mode, byte[] bytes) {
        lock.lock();
        try {
            var problem = problemOnTheWay(path);
            if (problem.isPresent()) {
                return problem;
            }
            var there = nodes.get(path.value());
            if (there instanceof Node.Directory) {
                return Optional.of(Problem.NOT_A_REGULAR_FILE);
            }
            if (there instanceof Node.Link) {
                return Optional.of(Problem.LINK_ON_THE_WAY);
            }
            var freed = there instanceof Node.File old ? old.bytes().length : 0;
            if (used - freed + bytes.length > capacity) {
                return Optional.of(Problem.NO_SPACE);
            }
            used += bytes.length - freed;
            parents(path).forEach(parent -> nodes.putIfAbsent(parent, new Node.Directory()));
            nodes.put(path.value(), new Node.File(bytes, mode));
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// As a program reads.
    Optional<byte[]> read(WorkspacePath path) {
        lock.lock();
        try {
            return nodes.get(path.value()) instanceof Node.File file ? Optional.of(file.bytes()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// As a program makes a symbolic link; the target is never looked at.
    void link(WorkspacePath path, String target) {
        lock.lock();
        try {
            parents(path).forEach(parent -> nodes.putIfAbsent(parent, new Node.Directory()));
            nodes.put(path.value(), new Node.Link(target));
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Node.File fileAt(WorkspacePath path, DataSize atMost) throws SandboxException {
        var problem = problemOnTheWay(path);
        if (problem.isPresent()) {
            throw refused(path, problem.get());
        }
        return switch (nodes.get(path.value())) {
            case null -> throw refused(path, path.isRoot() ? Problem.NOT_A_REGULAR_FILE : Problem.NOT_FOUND);
            case Node.Directory _ -> throw refused(path, Problem.NOT_A_REGULAR_FILE);
            case Node.Link _ -> throw refused(path, Problem.LINK_ON_THE_WAY);
            case Node.File file when file.bytes().length > atMost.bytes() -> throw refused(path, Problem.TOO_LARGE);
            case Node.File file -> file;
        };
    }

    @GuardedBy("lock") private void requireDirectory(WorkspacePath path) throws SandboxException {
        var problem = problemOnTheWay(path);
        if (problem.isPresent()) {
            throw refused(path, problem.get());
        }
        switch (nodes.get(path.value())) {
            case null -> throw refused(path, Problem.NOT_FOUND);
            case Node.Directory _ -> {}
            case Node.Link _ -> throw refused(path, Problem.LINK_ON_THE_WAY);
            case Node.File _ -> throw refused(path, Problem.OTHER);
        }
    }

    @GuardedBy("lock") private Optional<Problem> problemOnTheWay(WorkspacePath path) {
        for (var parent : parents(path)) {
            switch (nodes.get(parent)) {
                case Node.Link _ -> {
                    return Optional.of(Problem.LINK_ON_THE_WAY);
                }
                case Node.File _ -> {
                    return Optional.of(Problem.OTHER);
                }
                case Node.Directory _ -> {}
                case null -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> parents(WorkspacePath path) {
        var parents = new ArrayList<String>();
        for (var slash = path.value().indexOf('/');
                slash >= 0;
                slash = path.value().indexOf('/', slash + 1)) {
            parents.add(path.value().substring(0, slash));
        }
        return parents;
    }

    private static FileEntry entry(WorkspacePath path, Node node) {
        return switch (node) {
            case Node.File file ->
                new FileEntry(path, FileEntry.Type.FILE, file.bytes().length, file.mode(), Instant.EPOCH);
            case Node.Directory _ -> new FileEntry(path, FileEntry.Type.DIRECTORY, 0, 0700, Instant.EPOCH);
            case Node.Link _ -> new FileEntry(path, FileEntry.Type.LINK, 0, 0777, Instant.EPOCH);
        };
    }

    private static SandboxException refused(WorkspacePath path, Problem problem) {
        return new SandboxException(new Reason.FileRefused(path, problem), "the file " + path + ": " + problem);
    }
}
