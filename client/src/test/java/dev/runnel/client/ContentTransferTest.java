package dev.runnel.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContentTransferTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void content_comes_back_bit_by_bit_whatever_its_size() throws Exception {
        try (var daemon = new FakeDaemon(folder.resolve("s"), false);
                var client = RunnelClient.connect(new Target.UnixSocket(folder.resolve("s")))) {
            for (var size : new int[] {0, 1, 256 * 1024, 3_000_001}) {
                var bytes = new byte[size];
                new Random(size).nextBytes(bytes);
                var file = Files.write(folder.resolve("f" + size), bytes);
                var back = new ByteArrayOutputStream();

                var digest = client.uploadContent(file);
                client.downloadContent(digest, back);

                assertThat(digest).startsWith("sha256:").hasSize(71);
                assertThat(daemon.content.stored.get(digest)).isEqualTo(ByteString.copyFrom(bytes));
                assertThat(back.toByteArray()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void content_that_is_not_what_its_digest_says_is_refused() throws Exception {
        try (var daemon = new FakeDaemon(folder.resolve("s"), false);
                var client = RunnelClient.connect(new Target.UnixSocket(folder.resolve("s")))) {
            var digest = "sha256:" + "0".repeat(64);
            daemon.content.stored.put(digest, ByteString.copyFromUtf8("something else"));

            assertThatThrownBy(() -> client.downloadContent(digest, new ByteArrayOutputStream()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void a_token_is_never_printed() {
        var target = new Target.Tcp("localhost", 1, new Token(" secret\n"));

        assertThat(target.token().value()).isEqualTo("secret");
        assertThat(target + " " + target.token()).doesNotContain("secret");
    }
}
