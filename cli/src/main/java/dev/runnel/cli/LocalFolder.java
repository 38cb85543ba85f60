package dev.runnel.cli;

import com.google.protobuf.ByteString;
import dev.runnel.v1.Artifact;
import dev.runnel.v1.InputFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A folder of the user's that a program works on: its files go into the workspace, and what the program
/// changed comes back.
///
/// Links are neither carried nor followed, in either direction. Nothing is deleted here, nothing is written
/// outside the folder or into a `.git`, whatever paths the sandbox sends; a file that changed here
/// meanwhile is left alone. Not thread-safe.
final class LocalFolder {
    /// Up to here a file travels inside the request, which may have 1 MiB in all.
    private static final long INLINE_FILE = 16 * 1024L;

    private static final long INLINE_TOTAL = 512 * 1024L;
    private static final String GIT = ".git";

    private final Path root;
    private final FolderLimits limits;
    /// What both sides have, by workspace path: the digest that was sent or came back last.
    private final Map<String, String> known = new HashMap<>();
    private final List<String> leftOut = new ArrayList<>();

    /// @throws IOException when `root` is no folder
    LocalFolder(Path root, FolderLimits limits) throws IOException {
        this.root = root.toRealPath();
        this.limits = limits;
        if (!Files.isDirectory(this.root)) {
            throw new IOException(root + " is not a folder");
        }
    }

    /// The path that `file` has in the workspace, if it lies in this folder.
    Optional<String> nameOf(Path file) throws IOException {
        var real = file.toRealPath();
        return real.startsWith(root) && !real.equals(root)
                ? Optional.of(root.relativize(real).toString())
                : Optional.empty();
    }

    /// The folder's files as a request takes them; bigger ones are uploaded first.
    ///
    /// @throws IOException when a file can't be read, or the folder is bigger than the limits
    List<InputFile> carryIn(ContentStore store) throws IOException, InterruptedException {
        var files = new ArrayList<InputFile>();
        var inline = 0L;
        for (var file : scan()) {
            var name = root.relativize(file).toString();
            var mode = Files.isExecutable(file) ? 0755 : 0644;
            var input = InputFile.newBuilder().setPath(name).setMode(mode);
            var size = Files.size(file);
            if (size <= INLINE_FILE && inline + size + name.length() <= INLINE_TOTAL) {
                var bytes = Files.readAllBytes(file);
                inline += bytes.length + name.length();
                known.put(name, Digests.of(bytes));
                input.setData(ByteString.copyFrom(bytes));
            } else {
                var digest = store.upload(file);
                known.put(name, digest);
                input.setDigest(digest);
            }
            files.add(input.build());
        }
        return files;
    }

    /// What [#carryIn] did not carry: links, devices, names that are not UTF-8.
    List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /// Tells that a file of the workspace is no result, as long as it stays as it is: the program itself.
    void isNoResult(Artifact artifact) {
        known.put(artifact.getPath(), artifact.getDigest());
    }

    /// Writes what the program changed, and says what was done and what was not, a line each.
    List<String> carryOut(List<Artifact> artifacts, ContentStore store) throws IOException, InterruptedException {
        var report = new ArrayList<String>();
        var left = limits.total().bytes();
        for (var artifact : artifacts) {
            var name = artifact.getPath();
            if (artifact.getDigest().equals(known.get(name))) {
                continue;
            }
            var target = target(name);
            if (target.isEmpty()) {
                report.add("not brought back, its path is not one of this folder's: " + name);
            } else if (artifact.getSizeBytes() > left) {
                report.add("not brought back, more than %s would have changed: %s".formatted(limits.total(), name));
            } else {
                left -= artifact.getSizeBytes();
                report.add(bringBack(artifact, target.get(), store));
            }
        }
        return report;
    }

    private String bringBack(Artifact artifact, Path target, ContentStore store)
            throws IOException, InterruptedException {
        var name = artifact.getPath();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                return "not brought back, here it is a link or a folder: " + name;
            }
            var here = Digests.of(target);
            if (here.equals(artifact.getDigest())) {
                known.put(name, here);
                return "unchanged: " + name;
            }
            if (!here.equals(known.get(name))) {
                return "not brought back, it was changed here while the program ran: " + name;
            }
        }
        var isNew = !Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        new AtomicFile(target).write(artifact.getSizeBytes(), (artifact.getMode() & 0100) != 0, out -> {
            store.download(artifact.getDigest(), out);
        });
        known.put(name, artifact.getDigest());
        return (isNew ? "new: " : "changed: ") + name;
    }

    /// Where a path of the workspace lies here, if it may be written: relative, canonical, not in a `.git`,
    /// and with no link or file on the way.
    private Optional<Path> target(String name) {
        if (name.isEmpty() || name.startsWith("/") || name.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        var parts = name.split("/", -1);
        var folder = root;
        for (var i = 0; i < parts.length; i++) {
            var part = parts[i];
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.equalsIgnoreCase(GIT)) {
                return Optional.empty();
            }
            var isLast = i == parts.length - 1;
            folder = folder.resolve(part);
            if (!isLast
                    && Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
        }
        return Optional.of(folder);
    }

    private static boolean isGit(Path path) {
        return GIT.equalsIgnoreCase(String.valueOf(path.getFileName()));
    }

    private List<Path> scan() throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            private long total;

            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return isGit(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                var name = root.relativize(file).toString();
                if (!attributes.isRegularFile() || name.contains("\ufffd") || isGit(file)) {
                    leftOut.add(name);
                    return FileVisitResult.CONTINUE;
                }
                files.add(file);
                total += attributes.size();
                if (files.size() > limits.files() || total > limits.total().bytes()) {
                    throw new IOException("%s has more than %d files or %s: name a smaller folder"
                            .formatted(root, limits.files(), limits.total()));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        files.sort(null);
        return files;
    }
}
