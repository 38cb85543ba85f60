package dev.runnel.cli;

import dev.runnel.client.RunnelClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/// Where content that is too big for a message goes and comes from.
interface ContentStore {
    /// Stores a file's content and returns its digest.
    String upload(Path file) throws IOException, InterruptedException;

    /// Writes the content of this digest, checked.
    void download(String digest, OutputStream out) throws IOException, InterruptedException;

    /// The daemon's.
    static ContentStore of(RunnelClient client) {
        return new ContentStore() {
            @Override
            public String upload(Path file) throws IOException, InterruptedException {
                return client.uploadContent(file);
            }

            @Override
            public void download(String digest, OutputStream out) throws IOException, InterruptedException {
                client.downloadContent(digest, out);
            }
        };
    }
}
