package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KnownImagesTest {
    private final Map<String, String> engine = new HashMap<>(Map.of("shell:1", "sha256:one"));
    private Instant now = Instant.EPOCH;
    private int asked;
    private final KnownImages images = new KnownImages(this::ask, () -> now);

    private ContainerImage ask(String reference) throws SandboxException {
        asked++;
        var id = engine.get(reference);
        if (id == null) {
            throw new SandboxException(new Reason.Unsupported(), "no " + reference);
        }
        return new ContainerImage(reference, id, "/bin");
    }

    @Test
    void theEngineIsAskedOnceWhileWhatItSaidIsFresh() throws Exception {
        images.find("shell:1");
        now = now.plus(KnownImages.FRESH_FOR).minusMillis(1);

        assertThat(images.find("shell:1").id()).isEqualTo("sha256:one");
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void aTagThatWasMovedIsNoticedWhenWhatWasSaidIsNotFreshAnyMore() throws Exception {
        images.find("shell:1");
        engine.put("shell:1", "sha256:two");
        now = now.plus(KnownImages.FRESH_FOR);

        assertThat(images.find("shell:1").id()).isEqualTo("sha256:two");
    }

    @Test
    void whatIsForgottenIsAskedAgain() throws Exception {
        images.find("shell:1");
        engine.put("shell:1", "sha256:two");

        images.forget();

        assertThat(images.find("shell:1").id()).isEqualTo("sha256:two");
    }

    @Test
    void thatThereIsNoImageIsNotRemembered() throws Exception {
        assertThatExceptionOfType(SandboxException.class).isThrownBy(() -> images.find("shell:2"));
        engine.put("shell:2", "sha256:three");

        assertThat(images.find("shell:2").id()).isEqualTo("sha256:three");
    }
}
