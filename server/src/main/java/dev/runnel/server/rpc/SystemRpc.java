package dev.runnel.server.rpc;

import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.config.LimitValues;
import dev.runnel.server.routing.Candidate;
import dev.runnel.server.routing.ExecutorCatalog;
import dev.runnel.server.routing.Languages;
import dev.runnel.v1.ExecutorCapability;
import dev.runnel.v1.GetCapabilitiesRequest;
import dev.runnel.v1.GetCapabilitiesResponse;
import dev.runnel.v1.LanguageCapability;
import dev.runnel.v1.LimitMechanism;
import dev.runnel.v1.LimitProfile;
import dev.runnel.v1.Limits;
import dev.runnel.v1.Retention;
import dev.runnel.v1.SystemServiceGrpc;
import dev.runnel.v1.WarmPool;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// SystemService.
public final class SystemRpc extends SystemServiceGrpc.SystemServiceImplBase {
    private static final int MAX_OUTPUT_CHUNK_BYTES = 65_536;

    private final Calls calls;
    private final String instance;
    private final Configuration configuration;
    private final ExecutorCatalog executors;
    private final Languages languages;

    public SystemRpc(
            Calls calls, String instance, Configuration configuration, ExecutorCatalog executors, Languages languages) {
        this.calls = calls;
        this.instance = instance;
        this.configuration = configuration;
        this.executors = executors;
        this.languages = languages;
    }

    @Override
    public void getCapabilities(GetCapabilitiesRequest request, StreamObserver<GetCapabilitiesResponse> observer) {
        calls.unary(request, observer, this::capabilities);
    }

    private GetCapabilitiesResponse capabilities() {
        var limits = configuration.limits();
        var message = GetCapabilitiesResponse.newBuilder()
                .setInstanceId(instance)
                .setVersion(version())
                .setDefaultProfile(limits.defaultProfile())
                .setCeilings(limits(limits.ceilings().values()))
                .setDefaultMinimumIsolation(
                        Words.isolation(configuration.executors().minimumIsolation()))
                .setRetention(retention())
                .setMaxRequestBytes(Edge.MAX_REQUEST_BYTES)
                .setMaxOutputChunkBytes(MAX_OUTPUT_CHUNK_BYTES)
                .setModelText(modelText())
                .setDefaultMaxQueueTime(
                        ToProto.duration(configuration.concurrency().maxQueueTime()))
                .setDefaultSessionIdleTimeout(
                        ToProto.duration(configuration.sessions().idleTimeout()));
        limits.profiles()
                .forEach((name, profile) -> message.addProfiles(LimitProfile.newBuilder()
                        .setName(name)
                        .setDescription(profile.description())
                        .setLimits(limits(profile.values()))));
        executors.all().forEach(candidate -> message.addExecutors(executor(candidate)));
        languages.all().forEach(language -> message.addLanguages(language(language)));
        return message.build();
    }

    private static ExecutorCapability executor(Candidate candidate) {
        var message = ExecutorCapability.newBuilder().setName(candidate.name());
        var unavailable = candidate.unavailable();
        var found = candidate.capabilities();
        found.ifPresent(capabilities -> message.addAllNotes(capabilities.notes()));
        if (unavailable.isPresent() || found.isEmpty()) {
            return message.setUnavailableReason(unavailable.orElse("")).build();
        }
        var sandboxes = found.get().sandboxes();
        message.setAvailable(true)
                .setIsolation(Words.isolation(sandboxes.isolation()))
                .setSandboxKind(Words.sandboxKind(sandboxes.kind()))
                .addAllImages(found.get().images())
                .addAllMounts(sorted(found.get().extras().mounts()))
                .addAllDevices(sorted(found.get().extras().devices()))
                .addAllHosts(sorted(found.get().extras().hosts()));
        candidate
                .executor()
                .pool()
                .ifPresent(pool -> message.setPool(WarmPool.newBuilder()
                        .setHits(pool.hits())
                        .setMisses(pool.misses())
                        .setReady(pool.ready())));
        sandboxes.enforcement().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> message.addLimitMechanisms(LimitMechanism.newBuilder()
                        .setKind(Words.limitKind(entry.getKey()))
                        .setMechanism(Words.mechanism(entry.getValue()))));
        return message.build();
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private LanguageCapability language(Language language) {
        var message = LanguageCapability.newBuilder()
                .setName(language.name())
                .addAllAliases(language.aliases())
                .setDefaultFileName(language.mainFile());
        var missing = new ArrayList<String>();
        for (var candidate : executors.all()) {
            switch (support(candidate, language)) {
                case LanguageSupport.Supported(var version) -> {
                    if (message.getExecutorsCount() == 0) {
                        message.setVersion(version).setWarm(isKeptWarm(candidate, language));
                    }
                    message.addExecutors(candidate.name());
                    if (isKeptWarm(candidate, language)) {
                        message.addWarmExecutors(candidate.name());
                    }
                }
                case LanguageSupport.Missing(var reason) -> missing.add(candidate.name() + ": " + reason);
            }
        }
        if (message.getExecutorsCount() == 0) {
            message.setUnavailableReason(
                    missing.isEmpty() ? "there is no executor; see executors" : String.join("; ", missing));
        }
        return message.build();
    }

    /// Interpreters are kept warm where there are cells to let them into.
    private static boolean isKeptWarm(Candidate candidate, Language language) {
        return language.warm().isPresent()
                && candidate
                        .capabilities()
                        .filter(found -> found.sandboxes().kind() == SandboxDescription.Kind.CELL)
                        .isPresent();
    }

    private static LanguageSupport support(Candidate candidate, Language language) {
        var unavailable = candidate.unavailable();
        if (unavailable.isPresent()) {
            return new LanguageSupport.Missing(unavailable.get());
        }
        return candidate
                .capabilities()
                .map(ExecutorCapabilities::languages)
                .map(known -> known.get(language.name()))
                .orElseGet(() -> new LanguageSupport.Missing("it does not know this language"));
    }

    private Retention retention() {
        var kept = configuration.retention();
        return Retention.newBuilder()
                .setEndedExecutions(ToProto.duration(kept.endedExecutions()))
                .setEventBytes(kept.eventBytes().bytes())
                .setDetachedOutputBytes(kept.detachedOutput().bytes())
                .setDetachedExecutions(kept.detachedExecutions())
                .setContent(ToProto.duration(kept.content()))
                .setContentBytes(kept.contentBytes().bytes())
                .build();
    }

    /// What a language model should know before it writes code.
    private String modelText() {
        var text = new StringBuilder("You can run code in fenced blocks. Languages:");
        for (var language : languages.all()) {
            var capability = language(language);
            if (capability.getExecutorsCount() > 0) {
                text.append("\n- ").append(language.name());
                if (!capability.getVersion().isEmpty()) {
                    text.append(" (").append(capability.getVersion()).append(')');
                }
            }
        }
        var limits = configuration.limits();
        var profile = Objects.requireNonNull(limits.profiles().get(limits.defaultProfile()));
        return text.append(
                        "\nEach block runs in a sandbox without network, as a file in its own workspace, for at most ")
                .append(profile.wallTime().toSeconds())
                .append(" s with ")
                .append(profile.memory())
                .append(" of memory, ")
                .append(profile.processes())
                .append(" processes and ")
                .append(profile.output())
                .append(" of output. Only what it prints is seen; files survive only inside a session.")
                .toString();
    }

    private static Limits limits(LimitValues values) {
        return Limits.newBuilder()
                .setWallTime(ToProto.duration(values.wallTime()))
                .setCpuTime(ToProto.duration(values.cpuTime()))
                .setMemoryBytes(values.memory().bytes())
                .setProcesses(values.processes())
                .setCpuMillis(values.cpuMillis())
                .setOutputBytes(values.output().bytes())
                .setDiskBytes(values.disk().bytes())
                .setFileSizeBytes(values.fileSize().bytes())
                .build();
    }

    private static String version() {
        var version = SystemRpc.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
