package dev.runnel.executors.docker;

import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.runner.UidRange;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.Language;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the Docker executor is set up.
///
/// @param name the executor's
/// @param engine `unix:///var/run/docker.sock` or another that docker-java knows
/// @param runner `runnel-runner`, which every container shows read-only
/// @param runtimeDirectory the executor's own, made when missing, with the sockets of containers. Its path is short: a
///     Unix socket below it must fit 107 bytes
/// @param runtime the OCI runtime by the engine's name for it, such as `runc` or `runsc`; absent for the engine's
/// default
/// @param images by language, and by reference those that requests may name
/// @param extras that requests may name
/// @param languages whose preludes every container shows, and which the probe tries
/// @param maxSandboxes open at a time
/// @param pool how many containers are started ahead
/// @param cells how and whether sandboxes are cells, in one container for each tenant and image; otherwise each has a
/// container of its own
/// @param uids what containers with cells get, each another
/// @param apparmor the profile of containers with cells, by the name it is loaded with; absent for the engine's own
public record DockerExecutorConfig(
        String name,
        URI engine,
        Path runner,
        Path runtimeDirectory,
        Optional<String> runtime,
        Images images,
        DefinedExtras extras,
        List<Language> languages,
        int maxSandboxes,
        WarmPool.Settings pool,
        CellConfig cells,
        UidRange uids,
        Optional<String> apparmor) {
    public static final String DEFAULT_NAME = "docker";
    public static final int DEFAULT_MAX_SANDBOXES = 64;

    /// As many at a time as small machines have processors: more would only make each of them late.
    public static final WarmPool.Settings DEFAULT_POOL = new WarmPool.Settings(2, 8, 2, Duration.ofHours(1));

    /// Where nothing else is by systemd's list of ids, above those of the process executor.
    public static final UidRange DEFAULT_UIDS = new UidRange(1_900_065_536, 4_096);

    public DockerExecutorConfig {
        languages = List.copyOf(languages);
        if (maxSandboxes < 1) {
            throw new IllegalArgumentException("maxSandboxes must be at least 1, was " + maxSandboxes);
        }
    }

    /// Without cells.
    public DockerExecutorConfig(
            String name,
            URI engine,
            Path runner,
            Path runtimeDirectory,
            Optional<String> runtime,
            Images images,
            DefinedExtras extras,
            List<Language> languages,
            int maxSandboxes,
            WarmPool.Settings pool) {
        this(
                name,
                engine,
                runner,
                runtimeDirectory,
                runtime,
                images,
                extras,
                languages,
                maxSandboxes,
                pool,
                CellConfig.DEFAULT.in(CellMode.OFF),
                DEFAULT_UIDS,
                Optional.empty());
    }

    /// Pid 1 of cells.
    Path cellInit() {
        return runner.resolveSibling("runnel-cell-init");
    }

    /// With it a Python interpreter forks itself into cells.
    Path forker() {
        return runner.resolveSibling("_runnel_cell.abi3.so");
    }

    /// One more on the same engine, with another runtime, and without cells: their uids would be those of the first.
    public DockerExecutorConfig with(String name, String runtime, int maxSandboxes, WarmPool.Settings pool) {
        return new DockerExecutorConfig(
                name,
                engine,
                runner,
                runtimeDirectory,
                Optional.of(runtime),
                images,
                extras,
                languages,
                maxSandboxes,
                pool);
    }

    /// When the engine is told to pull an image.
    public enum PullPolicy {
        /// Never: it has them, or they are not to be had.
        NEVER,
        /// When it has no such image.
        MISSING,
        /// Also when it has one, at most every [KnownImages#PULLED_FOR].
        ALWAYS
    }

    /// Which images there are.
    ///
    /// @param byDefault for a request that names none and whose language has none
    /// @param byLanguage the image of a language, by the language's name
    /// @param allowed the references a request may name besides those
    public record Images(
            Optional<String> byDefault, Map<String, String> byLanguage, List<String> allowed, PullPolicy pull) {
        public Images {
            byLanguage = Map.copyOf(byLanguage);
            allowed = List.copyOf(allowed);
        }

        /// Images that the engine must have.
        public Images(Optional<String> byDefault, Map<String, String> byLanguage, List<String> allowed) {
            this(byDefault, byLanguage, allowed, PullPolicy.NEVER);
        }
    }
}
