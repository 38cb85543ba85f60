package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.Kind;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What runs is what was approved.
@Timeout(60)
final class ApprovedSpecTest {
    private final EdgeFixture daemon = new EdgeFixture();

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void what_was_approved_as_something_else_does_not_run() throws Exception {
        var request = FromProto.request(EdgeFixture.program("print 1").build(), "");

        assertThatThrownBy(() -> daemon.executions.execute(Tenant.LOCAL, request.approved(Digest.of(new byte[] {1}))))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.failure().refusal()).isInstanceOf(Refusal.SpecChanged.class));
    }

    @Test
    void what_was_approved_runs() throws Exception {
        var request = FromProto.request(EdgeFixture.program("print 1").build(), "");
        var shown = daemon.executions.validate(Tenant.LOCAL, request).spec();
        var driver = daemon.executions.execute(Tenant.LOCAL, request.approved(shown.specDigest()));

        try (var cursor = driver.cursor()) {
            var first = cursor.take(Duration.ofSeconds(30)).events().getFirst();
            assertThat(first.kind())
                    .isInstanceOfSatisfying(
                            Kind.Accepted.class,
                            accepted -> assertThat(accepted.spec()).isEqualTo(shown));
        }
        driver.lost().run();
    }
}
