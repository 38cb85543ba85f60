package dev.runnel.executors.process;

import dev.runnel.executors.runner.ProcMasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The parts of the host that every sandbox shows, read-only, and the parts of /proc that none shows.
///
/// @param root the host's root, another folder in tests
record HostSystem(Path root) {
    /// Merged systems have links here, others folders.
    private static final List<String> SYSTEM = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

    /// Of /etc only what is the same on every machine of a distribution and readable for everybody; passwd and the
    /// like are ours ([EtcFiles]).
    private static final List<String> ETC = List.of(
            "alternatives",
            "ld.so.cache",
            "localtime",
            "pki/ca-trust/extracted",
            "pki/tls/certs",
            "ssl/certs",
            "ssl/openssl.cnf");

    /// /usr and the names that lead into it.
    List<RootEntry> systemDirectories() throws IOException {
        var entries = new ArrayList<RootEntry>();
        entries.add(new RootEntry.Bind(Path.of("/usr"), "/usr"));
        for (var name : SYSTEM) {
            var host = root.resolve(name);
            if (Files.isSymbolicLink(host)) {
                entries.add(new RootEntry.Link(Files.readSymbolicLink(host).toString(), "/" + name));
            } else if (Files.isDirectory(host)) {
                entries.add(new RootEntry.Bind(Path.of("/", name), "/" + name));
            }
        }
        return entries;
    }

    /// What of the host's /etc is shown.
    List<RootEntry> etc() throws IOException {
        var entries = new ArrayList<RootEntry>();
        for (var name : ETC) {
            var host = root.resolve("etc").resolve(name);
            if (!readableForAll(host)) {
                continue;
            }
            var inside = "/etc/" + name;
            parents(inside).filter(parent -> !entries.contains(parent)).forEach(entries::add);
            entries.add(intoUsr(host)
                    .<RootEntry>map(target -> new RootEntry.Link(target, inside))
                    .orElse(new RootEntry.Bind(Path.of(inside), inside)));
        }
        return entries;
    }

    /// The names in /proc that no sandbox shows, of those there are.
    List<String> hidden() {
        return ProcMasks.NAMES.stream()
                .filter(name -> Files.exists(root.resolve("proc").resolve(name)))
                .toList();
    }

    /// What is hidden in a sandbox's /proc.
    List<RootEntry> masks() {
        var entries = new ArrayList<RootEntry>();
        for (var name : ProcMasks.NAMES) {
            var host = root.resolve("proc").resolve(name);
            if (Files.isDirectory(host)) {
                entries.add(new RootEntry.MaskedDirectory("/proc/" + name));
            } else if (Files.exists(host)) {
                entries.add(new RootEntry.MaskedFile("/proc/" + name));
            }
        }
        return entries;
    }

    /// The folders between /etc and `inside`, outermost first.
    private static Stream<RootEntry> parents(String inside) {
        var path = Path.of(inside);
        return IntStream.range(2, path.getNameCount())
                .mapToObj(count -> new RootEntry.Directory("/" + path.subpath(0, count)));
    }

    /// A link into /usr stays one: it costs no mount.
    private static Optional<String> intoUsr(Path host) throws IOException {
        if (!Files.isSymbolicLink(host)) {
            return Optional.empty();
        }
        var target = Files.readSymbolicLink(host);
        return target.startsWith("/usr") ? Optional.of(target.toString()) : Optional.empty();
    }

    private static boolean readableForAll(Path file) throws IOException {
        return Files.exists(file)
                && Files.getPosixFilePermissions(file.toRealPath(), LinkOption.NOFOLLOW_LINKS)
                        .contains(PosixFilePermission.OTHERS_READ);
    }
}
