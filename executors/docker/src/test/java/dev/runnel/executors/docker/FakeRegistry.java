package dev.runnel.executors.docker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/// A registry on loopback with images that have nothing in them: as much of the distribution specification as an engine
/// needs to pull.
final class FakeRegistry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private final HttpServer server;
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, String> tags = new ConcurrentHashMap<>();
    private final AtomicInteger pulls = new AtomicInteger();

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v2/", this::answer);
        server.start();
    }

    /// A name that engines take for one of this registry's.
    String name(String repository) {
        return "127.0.0.1:" + server.getAddress().getPort() + "/" + repository;
    }

    /// How often a tag was asked for.
    int pulls() {
        return pulls.get();
    }

    /// Puts another image under a tag of `empty`.
    ///
    /// @return the digest of its manifest
    String push(String tag, String architecture, String mark) throws IOException {
        // Two empty blocks: the end of an archive, and all of it.
        var layer = new byte[1024];
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(layer);
        }
        var blob = store(packed.toByteArray());
        var config = store("""
                {"architecture": "%s", "os": "linux", "config": {"Env": ["PATH=/bin", "MARK=%s"]},
                 "rootfs": {"type": "layers", "diff_ids": ["%s"]}}
                """.formatted(architecture, mark, digest(layer)).getBytes(StandardCharsets.UTF_8));
        var manifest = store(
                """
                {"schemaVersion": 2, "mediaType": "%s",
                 "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": %d, "digest": "%s"},
                 "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": %d,
                             "digest": "%s"}]}
                """.formatted(MANIFEST, size(config), config, size(blob), blob).getBytes(StandardCharsets.UTF_8));
        tags.put(tag, manifest);
        return manifest;
    }

    private int size(String digest) {
        return blobs.getOrDefault(digest, new byte[0]).length;
    }

    private String store(byte[] bytes) {
        var digest = digest(bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var last = path.substring(path.lastIndexOf('/') + 1);
        var isManifest = path.contains("/manifests/");
        if (isManifest && tags.containsKey(last)) {
            pulls.incrementAndGet();
        }
        var digest = tags.getOrDefault(last, last);
        var bytes = path.equals("/v2/") ? new byte[0] : blobs.get(digest);
        try (exchange) {
            if (bytes == null) {
                var why = "{\"errors\": [{\"code\": \"MANIFEST_UNKNOWN\", \"message\": \"manifest unknown\"}]}"
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(404, why.length);
                exchange.getResponseBody().write(why);
                return;
            }
            var headers = exchange.getResponseHeaders();
            headers.set("Docker-Distribution-Api-Version", "registry/2.0");
            headers.set("Content-Type", isManifest ? MANIFEST : "application/octet-stream");
            headers.set("Docker-Content-Digest", digest);
            if (exchange.getRequestMethod().equals("HEAD")) {
                headers.set("Content-Length", Integer.toString(bytes.length));
                exchange.sendResponseHeaders(200, -1);
            } else {
                exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
