package dev.runnel.server.testing;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxDescription.Kind;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An executor that can do what the test says, and opens nothing.
public record TestExecutor(
        String name,
        Optional<String> unavailable,
        Isolation isolation,
        Kind kind,
        Map<LimitKind, Mechanism> enforcement,
        Map<String, LanguageSupport> languages,
        List<String> images,
        Extras extras)
        implements Executor {
    /// Plain process sandboxes that enforce everything and speak Python and bash.
    public static TestExecutor named(String name) {
        var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
        for (var kind : LimitKind.values()) {
            enforcement.put(kind, Mechanism.CGROUP_V2);
        }
        Map<String, LanguageSupport> languages = Map.of(
                "python", new LanguageSupport.Supported("Python 3.11.2"),
                "bash", new LanguageSupport.Supported("GNU bash 5.2"));
        return new TestExecutor(
                name, Optional.empty(), Isolation.PROCESS, Kind.PLAIN, enforcement, languages, List.of(), Extras.NONE);
    }

    public TestExecutor unavailable(String why) {
        return new TestExecutor(name, Optional.of(why), isolation, kind, enforcement, languages, images, extras);
    }

    public TestExecutor isolatedBy(Isolation other) {
        return new TestExecutor(name, unavailable, other, kind, enforcement, languages, images, extras);
    }

    public TestExecutor withCells() {
        return new TestExecutor(name, unavailable, isolation, Kind.CELL, enforcement, languages, images, extras);
    }

    public TestExecutor without(LimitKind limit) {
        var weaker = new EnumMap<>(enforcement);
        weaker.put(limit, Mechanism.NONE);
        return new TestExecutor(name, unavailable, isolation, kind, weaker, languages, images, extras);
    }

    public TestExecutor missing(String language, String why) {
        var fewer = new HashMap<>(languages);
        fewer.put(language, new LanguageSupport.Missing(why));
        return new TestExecutor(name, unavailable, isolation, kind, enforcement, fewer, images, extras);
    }

    public TestExecutor withImages(String... allowed) {
        return new TestExecutor(name, unavailable, isolation, kind, enforcement, languages, List.of(allowed), extras);
    }

    public TestExecutor offering(Extras some) {
        return new TestExecutor(name, unavailable, isolation, kind, enforcement, languages, images, some);
    }

    @Override
    public ExecutorCapabilities capabilities() {
        var sandboxes = new SandboxDescription(name, isolation, kind, Optional.empty(), enforcement);
        return new ExecutorCapabilities(unavailable, sandboxes, languages, images, extras, List.of());
    }

    @Override
    public Sandbox open(SandboxSpec spec) throws SandboxException {
        throw new SandboxException(new SandboxException.Reason.Unavailable(), "a test executor opens nothing");
    }

    @Override
    public void close() {}
}
