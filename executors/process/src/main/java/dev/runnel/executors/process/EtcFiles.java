package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The files of /etc that are the same in every sandbox and tell nothing about the host.
final class EtcFiles {
    private static final Map<String, String> CONTENT =
            Map.of("passwd", """
            root:x:0:0:root:/:/usr/sbin/nologin
            runnel:x:1000:1000:runnel:/workspace:/bin/bash
            nobody:x:65534:65534:nobody:/:/usr/sbin/nologin
            """, "group", """
            root:x:0:
            runnel:x:1000:
            nogroup:x:65534:
            """, "nsswitch.conf", """
            passwd: files
            group: files
            hosts: files
            """, "hosts", """
            127.0.0.1 localhost runnel
            ::1 localhost runnel
            """, "hostname", """
            runnel
            """, "resolv.conf", "");

    private EtcFiles() {}

    /// Writes them into `directory`, from where each launch copies them.
    static List<RootEntry> write(Path directory) throws IOException {
        Files.createDirectories(directory);
        var entries = new ArrayList<RootEntry>();
        for (var file : new TreeMap<>(CONTENT).entrySet()) {
            var path = Files.writeString(directory.resolve(file.getKey()), file.getValue());
            entries.add(new RootEntry.Copy(path, "/etc/" + file.getKey(), "0444"));
        }
        return entries;
    }
}
