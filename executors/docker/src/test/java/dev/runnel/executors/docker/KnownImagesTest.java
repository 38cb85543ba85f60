package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.docker.DockerExecutorConfig.PullPolicy;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class KnownImagesTest {
    private final Map<String, String> engine = new HashMap<>(Map.of("shell:1", "sha256:one"));
    private Instant now = Instant.EPOCH;
    private int asked;
    private int pulled;
    private final KnownImages images = images(PullPolicy.NEVER);

    private KnownImages images(PullPolicy policy) {
        return new KnownImages(this::ask, this::pull, policy, () -> now);
    }

    private Optional<ContainerImage> ask(String reference) {
        asked++;
        return Optional.ofNullable(engine.get(reference))
                .map(id -> new ContainerImage(reference, id, "/bin", Platform.of("linux", "amd64")));
    }

    /// What a registry has is the number of the pull.
    private void pull(String reference) {
        pulled++;
        engine.put(reference, "sha256:pulled" + pulled);
    }

    @Test
    void withNeverWhatIsMissingIsToldWithTheCommandThatBringsIt() {
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> images.find("shell:2"))
                .withMessageContaining("docker pull shell:2")
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
        assertThat(pulled).isZero();
    }

    @Test
    void withMissingOnlyWhatIsMissingIsPulledAndNotBeforeItIsNeeded() throws Exception {
        var missing = images(PullPolicy.MISSING);

        assertThat(missing.find("shell:1").id()).isEqualTo("sha256:one");
        assertThat(missing.now("shell:2")).isEmpty();
        assertThat(pulled).isZero();
        assertThat(missing.find("shell:2").id()).isEqualTo("sha256:pulled1");
        now = now.plus(KnownImages.PULLED_FOR);
        assertThat(missing.find("shell:2").id()).isEqualTo("sha256:pulled1");
    }

    @Test
    void withAlwaysATagIsPulledNowAndThenAndADigestOnce() throws Exception {
        var always = images(PullPolicy.ALWAYS);
        engine.put("shell@sha256:two", "sha256:two");

        assertThat(always.now("shell:1")).isEmpty();
        assertThat(always.find("shell:1").id()).isEqualTo("sha256:pulled1");
        now = now.plus(KnownImages.PULLED_FOR).minusMillis(1);
        assertThat(always.now("shell:1").orElseThrow().id()).isEqualTo("sha256:pulled1");
        now = now.plusMillis(1);
        assertThat(always.find("shell:1").id()).isEqualTo("sha256:pulled2");
        assertThat(always.find("shell@sha256:two").id()).isEqualTo("sha256:two");
        assertThat(pulled).isEqualTo(2);
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
