package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.v1.ExecutorCapability;
import dev.runnel.v1.GetCapabilitiesResponse;
import dev.runnel.v1.LanguageCapability;
import dev.runnel.v1.LimitKind;
import dev.runnel.v1.LimitMechanism;
import dev.runnel.v1.Mechanism;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CapabilityTextTest {
    @Test
    void a_limit_that_a_cgroup_would_hold_better_gets_a_remedy() {
        var capabilities = memoryBy(Mechanism.MECHANISM_WATCHDOG);

        assertThat(CapabilityText.remedies(capabilities))
                .singleElement()
                .asString()
                .contains("memory", "Delegate=yes");
    }

    @Test
    void a_limit_held_by_a_cgroup_of_either_version_needs_none() {
        assertThat(CapabilityText.remedies(memoryBy(Mechanism.MECHANISM_CGROUP_V1)))
                .isEmpty();
        assertThat(CapabilityText.remedies(memoryBy(Mechanism.MECHANISM_CGROUP_V2)))
                .isEmpty();
    }

    @Test
    void an_executor_that_can_not_be_used_says_why() {
        var executor = ExecutorCapability.newBuilder()
                .setName("process")
                .setUnavailableReason("bwrap is missing: install bubblewrap")
                .build();

        assertThat(CapabilityText.executor(executor))
                .contains("executor process: NOT AVAILABLE", "  bwrap is missing: install bubblewrap");
    }

    @Test
    void the_images_that_may_be_named_are_listed() {
        var docker = ExecutorCapability.newBuilder().setName("docker").setAvailable(true);

        assertThat(CapabilityText.executor(docker.addImages("node:18-slim")
                        .addImages("python:3.11-slim")
                        .build()))
                .contains("  images    node:18-slim, python:3.11-slim");
        assertThat(CapabilityText.executor(docker.clearImages().build()))
                .noneSatisfy(line -> assertThat(line).contains("images"));
    }

    @Test
    void a_limit_that_nothing_holds_is_named_as_such() {
        assertThat(CapabilityText.of(memoryBy(Mechanism.MECHANISM_NONE)))
                .anySatisfy(line -> assertThat(line).contains("memory", "NOT ENFORCED"));
    }

    @Test
    void an_engine_that_is_not_there_gets_a_remedy() {
        var docker = ExecutorCapability.newBuilder().setName("docker").setUnavailableReason("no such file");

        assertThat(CapabilityText.remedies(of(docker)))
                .singleElement()
                .asString()
                .contains("executors.docker.engine", "DOCKER_HOST");
        assertThat(CapabilityText.remedies(of(docker.setAvailable(true)))).isEmpty();
    }

    @Test
    void that_there_are_no_containers_is_told_where_they_are_not_enabled() {
        assertThat(CapabilityText.unused(of(ExecutorCapability.newBuilder().setName("process"))))
                .singleElement()
                .asString()
                .contains("executors.docker.enabled");
        assertThat(CapabilityText.unused(of(ExecutorCapability.newBuilder().setName("docker"))))
                .isEmpty();
    }

    private static GetCapabilitiesResponse of(ExecutorCapability.Builder executor) {
        return GetCapabilitiesResponse.newBuilder().addExecutors(executor).build();
    }

    @Test
    void a_language_of_which_an_interpreter_is_kept_warm_says_so() {
        var python = LanguageCapability.newBuilder().setName("python").setVersion("Python 3.11.2");
        var bash = LanguageCapability.newBuilder()
                .setName("bash")
                .setVersion("5.2")
                .addAliases("sh");

        assertThat(CapabilityText.languages(
                        List.of(bash.build(), python.addWarmExecutors("process").build())))
                .containsExactly(
                        "language bash    5.2            also sh", //
                        "language python  Python 3.11.2           interpreter kept warm by process");
    }

    private static GetCapabilitiesResponse memoryBy(Mechanism mechanism) {
        return GetCapabilitiesResponse.newBuilder()
                .addExecutors(ExecutorCapability.newBuilder()
                        .setAvailable(true)
                        .addLimitMechanisms(LimitMechanism.newBuilder()
                                .setKind(LimitKind.LIMIT_KIND_MEMORY)
                                .setMechanism(mechanism)))
                .build();
    }
}
