package dev.runnel.executors.docker;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ulimit;
import dev.runnel.executors.spi.SandboxLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A hardened container with a runner as its pid 1, before it is made.
///
/// @param seccomp which system calls there are for everything in it
/// @param runtime the engine's default where absent
/// @param shown folders and files of the host by their path inside, read-only
/// @param extras what the operator lets it have beyond the usual
/// @param command the runner's argv
/// @param input whether standard input is open, for the one who attaches
/// @param use what it is for
record ContainerSpec(
        ContainerImage image,
        SandboxLimits limits,
        SeccompProfile seccomp,
        Optional<String> runtime,
        Map<String, Path> shown,
        Map<String, String> labels,
        DefinedExtras extras,
        List<String> command,
        boolean input,
        Use use) {
    static final String WORKSPACE = "/workspace";
    static final String RUN = "/run/runnel";

    /// Where a nursery has the tree that becomes the root of its cells.
    static final String CELL = "/cell";

    /// Of no user of the host's in particular, and the same in every image.
    private static final int USER = 1000;

    private static final long OPEN_FILES = 1024;

    /// No core file is that small, and at exactly this the kernel starts no helper of the host's for it either; at 0 it
    /// does (core(5)).
    private static final long NO_CORE = 1;

    /// Beside the program's: the runner itself.
    private static final int OWN_PROCESSES = 1;
    private static final long NANOS_OF_CPU = 1_000_000;
    private static final long MOST_TMP = 256L << 20;
    private static final long MOST_SHM = 64L << 20;
    /// A file system of that size can be filled with empty files; each costs the kernel about a kilobyte.
    private static final long BYTES_PER_INODE = 4096;

    private static final long MOST_INODES = 65_536;
    private static final long PAGE = 4096;

    /// What the kernel is to hold against the program.
    HostConfig hostConfig() {
        var memory = limits.memory().bytes();
        var config = base().withCapDrop(Capability.ALL)
                .withSecurityOpts(securityOptions())
                .withPrivileged(false)
                .withReadonlyRootfs(true)
                .withNetworkMode("none")
                .withIpcMode("private")
                .withMemory(memory)
                // Memory and swap together: no swap.
                .withMemorySwap(memory)
                .withNanoCPUs(limits.cpuMillis() * NANOS_OF_CPU)
                .withPidsLimit((long) limits.processes() + OWN_PROCESSES)
                .withUlimits(ulimits())
                .withShmSize(Math.min(limits.disk().bytes(), MOST_SHM))
                .withTmpFs(writable())
                .withMounts(mounts())
                // A log of the engine's would take output from 480 to 41 MB/s and fill the disk.
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                // The runner reaps.
                .withInit(false);
        addDevices(config);
        config.withExtraHosts(extras.hosts().entrySet().stream()
                .map(host -> host.getKey() + ":" + host.getValue())
                .toArray(String[]::new));
        return runtime.map(config::withRuntime).orElse(config);
    }

    private HostConfig base() {
        return switch (use) {
            case Use.Program() -> new HostConfig();
            case Use.Cells _ -> new UnmaskedHostConfig();
        };
    }

    private List<String> securityOptions() {
        var options = new ArrayList<>(List.of("no-new-privileges:true", seccomp.option()));
        if (use instanceof Use.Cells(var _, var apparmor)) {
            apparmor.ifPresent(profile -> options.add("apparmor=" + profile));
        }
        return options;
    }

    private Map<String, String> writable() {
        var writable = new LinkedHashMap<String, String>();
        writable.put(WORKSPACE, tmpfs(limits.disk().bytes(), "0700"));
        writable.put("/tmp", tmpfs(Math.min(limits.disk().bytes(), MOST_TMP), "1777"));
        if (use instanceof Use.Cells) {
            // Only to be there: the runner mounts over it.
            writable.put(CELL, tmpfs(PAGE, "0755"));
        }
        return writable;
    }

    /// A runner with cells has the engine's own limit of descriptors, far above that of its programs: each
    /// cell takes a dozen. And what the processes of one user have in flight to each other is held against
    /// all of them, up to the limit of the one who sends (unix(7)).
    private List<Ulimit> ulimits() {
        var core = ulimit("core", NO_CORE);
        return switch (use) {
            case Use.Program() -> List.of(ulimit("nofile", OPEN_FILES), core);
            case Use.Cells _ -> List.of(core);
        };
    }

    private static Ulimit ulimit(String name, long value) {
        return new Ulimit(name, value, value);
    }

    /// `uid:gid`.
    String user() {
        return uid() + ":" + uid();
    }

    private int uid() {
        return switch (use) {
            case Use.Program() -> USER;
            case Use.Cells(var uid, var _) -> uid;
        };
    }

    /// What a container is for.
    sealed interface Use {
        /// For one program at a time, which runs in it.
        record Program() implements Use {}

        /// For cells.
        ///
        /// @param uid nobody else's on this machine
        /// @param apparmor the profile, where the engine's own would refuse what makes cells
        record Cells(int uid, Optional<String> apparmor) implements Use {}
    }

    private List<Mount> mounts() {
        var mounts = new ArrayList<Mount>();
        shown.forEach((inside, outside) -> mounts.add(new Mount()
                .withType(MountType.BIND)
                .withSource(outside.toString())
                .withTarget(inside)
                .withReadOnly(true)));
        extras.mounts()
                .values()
                .forEach(mount -> mounts.add(new Mount()
                        .withType(MountType.BIND)
                        .withSource(mount.source().toString())
                        .withTarget(mount.target().toString())
                        .withReadOnly(mount.readOnly())));
        return mounts;
    }

    private void addDevices(HostConfig config) {
        var nodes = new ArrayList<Device>();
        var requests = new ArrayList<DeviceRequest>();
        for (var device : extras.devices().values()) {
            switch (device) {
                case DefinedExtras.Device.Node(var path, var target, var permissions) ->
                    nodes.add(new Device(permissions, target.toString(), path.toString()));
                case DefinedExtras.Device.Gpus(var count) ->
                    requests.add(new DeviceRequest().withCount(count).withCapabilities(List.of(List.of("gpu"))));
            }
        }
        config.withDevices(nodes).withDeviceRequests(requests);
    }

    private String tmpfs(long bytes, String mode) {
        var inodes = Math.clamp(bytes / BYTES_PER_INODE, 1024, MOST_INODES);
        return "rw,exec,nosuid,nodev,size=" + bytes + ",nr_inodes=" + inodes + ",mode=" + mode + ",uid=" + uid()
                + ",gid=" + uid();
    }
}
