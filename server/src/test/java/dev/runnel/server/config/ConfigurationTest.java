package dev.runnel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.server.yaml.Key;
import dev.runnel.server.yaml.YamlException;
import dev.runnel.server.yaml.YamlRecords;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path EXAMPLE = PROJECT.resolve("deploy/runnel.yaml");

    /// A setting in its place: `limits.ceilings.memory` and what it is.
    record Setting(String path, Object value) {}

    @Test
    void theDocumentedExampleIsTheDefaults() throws Exception {
        var example = Configuration.load(EXAMPLE);

        assertThat(example).isEqualTo(Configuration.defaults());
    }

    @Test
    void theDocumentedExampleHasEveryKey() throws Exception {
        var text = Files.readString(EXAMPLE);

        for (var path : keys(Configuration.class, "")) {
            var key = path.substring(path.lastIndexOf('.') + 1);
            assertThat(text).as(path).containsPattern("(?m)^[ #]*" + key + ":");
        }
    }

    @Test
    void theManualNamesEveryKeyWithItsDefault() throws Exception {
        var manual = Files.readString(PROJECT.resolve("docs/operations/configuration.md"));

        for (var path : keys(Configuration.class, "")) {
            assertThat(manual).contains("`" + path + "`");
        }
    }

    @Test
    void everyPropertyCanBeSetToSomethingElse() throws Exception {
        var changed = YamlRecords.parse("changed", EVERYTHING_ELSE, Configuration.class);

        var defaults = settings(Configuration.defaults(), "");
        assertThat(settings(changed, ""))
                .hasSizeGreaterThanOrEqualTo(defaults.size())
                .doesNotContainAnyElementsOf(defaults);
        assertThat(changed.executors().minimumIsolation()).isEqualTo(Isolation.CONTAINER);
        assertThat(changed.listeners().tcp().orElseThrow().address()).hasToString("[::1]:1234");
        assertThat(changed.limits().profiles())
                .hasSize(1)
                .hasEntrySatisfying(
                        "tiny", profile -> assertThat(profile.wallTime()).hasSeconds(1));
    }

    @Test
    void anUnknownKeyIsRefusedAndTheNearestOneNamed() {
        assertRefused("""
                limits:
                  ceilings:
                    memroy: 1GiB
                """, "test.yaml: limits.ceilings.memroy: unknown key (did you mean 'memory'?), line 3");
    }

    @Test
    void aValueThatIsNotASizeIsRefusedWithItsPathAndLine() {
        assertRefused(
                """
                limits:
                  ceilings:
                    memory: 12 apples
                """,
                "test.yaml: limits.ceilings.memory: not a size: '12 apples' (expected a whole number and B, KiB, MiB,"
                        + " GiB or TiB, such as 256MiB), line 3");
    }

    @Test
    void aProfileAboveACeilingIsRefused() {
        assertRefused(
                """
                limits:
                  profiles:
                    default:
                      memory: 8GiB
                """, "test.yaml: limits.profiles.default.memory: is above its ceiling, 4GiB (limits.ceilings), line 4");
    }

    @Test
    void aLimitOfZeroIsRefused() {
        assertRefused(
                "limits: {ceilings: {cpu_time: 0s}}", "test.yaml: limits.ceilings.cpu_time: must be positive, line 1");
    }

    @Test
    void anUnknownDefaultProfileIsRefused() {
        assertRefused(
                "limits: {default_profile: simpel}",
                "test.yaml: limits.default_profile: there is no profile 'simpel' (did you mean 'simple'?), line 1");
    }

    @Test
    void tcpWithoutATokenIsRefused() {
        assertRefused(
                "listeners: {tcp: {address: '127.0.0.1:1'}}",
                "test.yaml: listeners.tcp.token_file: is missing, line 1");
    }

    @Test
    void tcpThatOtherMachinesCouldReachIsRefused() {
        assertThatThrownBy(() -> parse("listeners: {tcp: {address: '0.0.0.0:1', token_file: /t}}"))
                .isInstanceOf(YamlException.class)
                .hasMessageStartingWith("test.yaml: listeners.tcp.address: '0.0.0.0' is not a loopback address");
    }

    @Test
    void aSocketForOthersInTheClosedRuntimeDirectoryIsRefused() {
        assertRefused(
                "listeners: {unix: {mode: '0660'}}",
                "test.yaml: listeners.unix.mode: lets other users in, but the runtime directory keeps them out: give"
                        + " the socket a path of its own, line 1");
    }

    @Test
    void aSectionWithAllItsKeysCommentedOutIsItsDefaults() throws Exception {
        assertThat(parse("sessions:\n#  max_age: 1h\n")).isEqualTo(Configuration.defaults());
    }

    @Test
    void moreSessionsThanSandboxesAreRefused() {
        assertRefused(
                "sessions: {max_sessions: 65}",
                "test.yaml: sessions.max_sessions: is 65, but there are at most 64 sandboxes"
                        + " (max_sandboxes of the executors that are enabled), line 1");
    }

    @Test
    void sandboxesOfAllExecutorsThatAreEnabledCountForSessions() throws Exception {
        var both = parse("{sessions: {max_sessions: 65}, executors: {docker: {enabled: true, max_sandboxes: 1}}}");

        assertThat(both.sessions().maxSessions()).isEqualTo(65);
        assertRefused(
                "{sessions: {max_sessions: 2},"
                        + " executors: {process: {enabled: false}, docker: {enabled: true, max_sandboxes: 1}}}",
                "test.yaml: sessions.max_sessions: is 2, but there are at most 1 sandboxes"
                        + " (max_sandboxes of the executors that are enabled), line 1");
    }

    @Test
    void anExecutorThatIsNotKnownCanNotBePreferred() {
        assertRefused(
                "executors: {preference: [process, dokcer]}",
                "test.yaml: executors.preference: unknown executor 'dokcer' (known: process, docker), line 1");
    }

    @Test
    void anExecutorForAnotherRuntimeIsPreferredByItsNameAndItsSandboxesCount() throws Exception {
        var parsed = parse("""
                sessions: {max_sessions: 66}
                executors:
                  preference: [gvisor, process]
                  docker: {enabled: true, max_sandboxes: 1, runtimes: {gvisor: {runtime: runsc, max_sandboxes: 1}}}
                """);

        assertThat(parsed.executors().preference()).containsExactly("gvisor", "process");
        assertRefused(
                "executors: {docker: {runtimes: {process: {runtime: runsc}}}}",
                "test.yaml: executors.docker.runtimes.process: can't be an executor's name"
                        + " (expected [a-z][a-z0-9-]{0,15}, and not process, docker), line 1");
        assertRefused(
                "executors: {preference: [gvsior], docker: {runtimes: {gvisor: {runtime: runsc}}}}",
                "test.yaml: executors.preference: unknown executor 'gvsior' (known: process, docker, gvisor), line 1");
    }

    @Test
    void whatWouldHideThePlacesOfTheSandboxIsNoMount() {
        for (var target :
                List.of("/", "/proc", "/proc/1", "/run", "/run/runnel/runner", "/workspace", "/dev", "/a/../b")) {
            assertRefused(
                    "executors: {docker: {mounts: {data: {source: /srv, target: " + target + "}}}}",
                    "test.yaml: executors.docker.mounts.data.target: is a place of the sandbox's own: '" + target
                            + "', line 1");
        }
    }

    @Test
    void aDeviceIsEitherANodeOrGpus() {
        assertRefused(
                "executors: {docker: {devices: {gpu: {path: /dev/dri, gpus: all}}}}",
                "test.yaml: executors.docker.devices.gpu.path: either path or gpus is needed, line 1");
        assertRefused(
                "executors: {docker: {devices: {gpu: {gpus: many}}}}",
                "test.yaml: executors.docker.devices.gpu.gpus: not a number of GPUs: 'many'"
                        + " (expected such as 1, or all), line 1");
    }

    @Test
    void aHostHasAnAddress() {
        assertRefused(
                "executors: {docker: {hosts: {db: elsewhere}}}",
                "test.yaml: executors.docker.hosts.db: not an IP address: 'elsewhere', line 1");
    }

    @Test
    void whatCanNotBeAnEnginesAddressIsRefused() {
        var expected = " (expected unix:///var/run/docker.sock or tcp://host:port), line 1";

        for (var address : List.of("/var/run/docker.sock", "unix://docker.sock", "tcp://host", "ssh://host", "a b")) {
            assertRefused(
                    "executors: {docker: {engine: '" + address + "'}}",
                    "test.yaml: executors.docker.engine: not an engine's address: '" + address + "'" + expected);
        }
    }

    @Test
    void whatCanNotBeAnImageIsRefusedWithItsKey() {
        assertRefused(
                "executors: {docker: {images: {default: 'python 3'}}}",
                "test.yaml: executors.docker.images.default: not an image: 'python 3'"
                        + " (expected such as python:3.11-slim), line 1");
        assertRefused(
                "executors: {docker: {images: {by_language: {bash: ''}}}}",
                "test.yaml: executors.docker.images.by_language.bash: not an image: ''"
                        + " (expected such as python:3.11-slim), line 1");
    }

    @Test
    void whatCanNotBeAModuleIsNotPreloaded() {
        assertRefused(
                "languages: {python: {preload: [json, 'os, sys']}}",
                "test.yaml: languages.python.preload: not the name of a module: 'os, sys', line 1");
    }

    @Test
    void theCommentedExampleOfPreloadedModulesIsOne() throws Exception {
        var commented = Files.readString(EXAMPLE)
                .lines()
                .dropWhile(line -> !line.equals("#   languages:"))
                .takeWhile(line -> line.startsWith("#   "))
                .map(line -> line.substring("#   ".length()))
                .collect(Collectors.joining("\n"));

        assertThat(parse(commented).languages())
                .containsOnly(
                        entry("python", new LanguageSettings(Optional.of(List.of("json", "re", "numpy", "pandas")))));
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path directory) {
        var file = directory.resolve("none.yaml");

        assertThatThrownBy(() -> Configuration.load(file))
                .isInstanceOf(YamlException.class)
                .hasMessage(file + ": there is no such file");
    }

    private static Configuration parse(String text) throws YamlException {
        return YamlRecords.parse("test.yaml", text, Configuration.class);
    }

    private static void assertRefused(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(YamlException.class).hasMessage(message);
    }

    /// Every key there is, by the records themselves; those of a profile once, beneath `NAME`.
    private static List<String> keys(Class<?> type, String prefix) {
        var keys = new ArrayList<String>();
        for (var component : type.getRecordComponents()) {
            var path = prefix + key(component);
            var nested = nested(component);
            if (nested.isEmpty()) {
                keys.add(path);
            } else {
                var inner = component.getType() == Map.class ? path + ".NAME." : path + ".";
                keys.addAll(keys(nested.get(), inner));
            }
        }
        return keys;
    }

    private static Optional<Class<?>> nested(RecordComponent component) {
        if (component.getName().equals("tcp")) {
            return Optional.of(TcpListenerSettings.class);
        } else if (component.getGenericType() instanceof ParameterizedType map && map.getRawType() == Map.class) {
            return Optional.<Class<?>>of((Class<?>) map.getActualTypeArguments()[1])
                    .filter(Class::isRecord);
        }
        return component.getType().getSimpleName().matches(".*Settings|LimitCeilings")
                ? Optional.of(component.getType())
                : Optional.empty();
    }

    private static String key(RecordComponent component) {
        var key = component.getAnnotation(Key.class);
        if (key != null) {
            return key.value();
        }
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }

    private static List<Setting> settings(Record section, String prefix) throws ReflectiveOperationException {
        var settings = new ArrayList<Setting>();
        for (var component : section.getClass().getRecordComponents()) {
            var value = component.getAccessor().invoke(section);
            var path = prefix + key(component);
            if (value instanceof Record nested && nested(component).isPresent()) {
                settings.addAll(settings(nested, path + "."));
            } else if (value instanceof Map<?, ?> named
                    && !named.isEmpty()
                    && nested(component).isPresent()) {
                // by position: what the first profile or language says, whatever its name
                settings.addAll(settings((Record) named.values().iterator().next(), path + ".0."));
            } else {
                settings.add(new Setting(path, value));
            }
        }
        return settings;
    }

    private static final String EVERYTHING_ELSE = """
            listeners:
              unix: {path: /srv/runnel.sock, mode: "0660", group: runnel}
              tcp: {address: "[::1]:1234", token_file: /etc/token}
            runtime_directory: /srv/runnel
            languages_directory: /srv/languages
            languages: {python: {preload: [numpy]}}
            executors:
              preference: []
              minimum_isolation: container
              process:
                {enabled: false, bubblewrap: /opt/bwrap, uids: 2000-2999, max_sandboxes: 65, cgroups: off, cells: off,
                 nurseries: {forked_ahead: 5, waiting_ahead: 2, cold_ahead: 5, max_age: 2h, max_cells: 9999,
                             idle_timeout: 11m}}
              docker:
                {enabled: true, engine: "tcp://engine:2375", runtime: runsc, max_sandboxes: 66,
                 images: {default: "python:3", by_language: {bash: debian}, allowed: [ubuntu], pull: always},
                 reuse: tenant, apparmor_profile: mine, uids: 3000-3999,
                 nurseries: {forked_ahead: 5, waiting_ahead: 2, cold_ahead: 5, max_age: 2h, max_cells: 2,
                             idle_timeout: 11m},
                 pool: {ahead: 3, kinds: 9, making_at_once: 3, max_age: 2h},
                 runtimes: {gvisor: {runtime: runsc, max_sandboxes: 1, pool: {ahead: 0}}},
                 mounts: {data: {source: /srv, target: /data, read_only: false}},
                 devices: {fuse: {path: /dev/fuse, target: /dev/f, permissions: r}},
                 hosts: {db: 10.0.0.5}}
            limits:
              default_profile: tiny
              profiles:
                tiny: {description: tiny, wall_time: 1s, cpu_time: 1s, memory: 1MiB, processes: 1, cpu_millis: 1,
                       output: 1B, disk: 1KiB, file_size: 1KiB}
              ceilings: {wall_time: 2s, cpu_time: 2s, memory: 2MiB, processes: 2, cpu_millis: 2, output: 2B,
                         disk: 2KiB, file_size: 2KiB}
            concurrency: {max_running: 17, max_queued: 257, max_queue_time: 61s}
            sessions: {idle_timeout: 31m, max_idle_timeout: 13h, max_age: 25h, max_sessions: 33}
            retention: {ended_executions: 11m, event_bytes: 5MiB, detached_output: 65MiB, detached_executions: 17,
                        spool: 3GiB, content: 2h, content_bytes: 3GiB, artifact_bytes: 257MiB}
            shutdown_grace: 11s
            """;
}
