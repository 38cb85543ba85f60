package dev.runnel.server.routing;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.Plan;
import dev.runnel.server.execution.ResolvedSpec;
import dev.runnel.server.execution.Resolver;
import dev.runnel.server.execution.SandboxSource;
import dev.runnel.server.execution.StandardInput;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/// Makes a plan of a spec: language, executor, limits, content, in this order, so that the first thing that can't
/// be had is what a client hears of. Thread-safe.
public final class Router implements Resolver {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Languages languages;
    private final Placer placer;
    private final LimitResolver limits;
    private final ContentStore contents;
    private final SessionPlaces sessions;
    private final Duration maxQueueTime;

    /// Routes to these.
    ///
    /// @param maxQueueTime for a client that names none
    public Router(
            Languages languages,
            Placer placer,
            LimitResolver limits,
            ContentStore contents,
            SessionPlaces sessions,
            Duration maxQueueTime) {
        this.languages = languages;
        this.placer = placer;
        this.limits = limits;
        this.contents = contents;
        this.sessions = sessions;
        this.maxQueueTime = maxQueueTime;
    }

    /// Where it will run, and by which limits.
    private record Place(Placement placement, ResolvedLimits limits, SandboxSource sandboxes) {}

    @Override
    public Plan resolve(Tenant tenant, ExecutionSpec spec) throws RefusedException {
        var language = languages.require("spec.program.language", spec.program().language());
        var builder = new ProgramBuilder(language, spec.program());
        var session = spec.session();
        var place =
                session.isPresent() ? inSession(tenant, spec, language, session.get()) : alone(tenant, spec, builder);
        return plan(tenant, spec, builder, place);
    }

    private Place alone(Tenant tenant, ExecutionSpec spec, ProgramBuilder builder) throws RefusedException {
        var language = builder.language();
        var resolved = limits.resolve(spec.limits());
        var placement = placer.place(new Demand(
                spec.executor(),
                spec.minimumIsolation(),
                spec.requireCell(),
                spec.image(),
                Optional.of(language.name()),
                spec.extras(),
                resolved.named()));
        var sandbox = new SandboxSpec(
                UUID.randomUUID().toString(),
                tenant.name(),
                resolved.sandbox(),
                spec.image(),
                Optional.of(language.name()),
                builder.warmStart().map(Program.WarmStart::interpreter),
                Optional.empty(),
                spec.extras());
        var found = placement.ofImage(imageDigest(placement, sandbox));
        var sandboxes = new FreshSandboxes(placement.executor(), sandbox.ofImage(found.imageDigest()));
        return new Place(found, resolved, sandboxes);
    }

    /// Found out before anybody is told what will run, so that what runs is what was told.
    private static Optional<String> imageDigest(Placement placement, SandboxSpec sandbox) throws RefusedException {
        try {
            return placement.executor().imageDigest(sandbox);
        } catch (SandboxException e) {
            throw new RefusedException(
                    refusal(e.reason()), Objects.requireNonNullElse(e.getMessage(), "the image could not be found"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(
                    new Refusal.ExecutorDown(RETRY_AFTER), "interrupted while looking for the image");
        }
    }

    private static Refusal refusal(SandboxException.Reason reason) {
        return switch (reason) {
            case SandboxException.Reason.Unsupported _ -> new Refusal.ImageUnavailable();
            case SandboxException.Reason.Exhausted _ -> new Refusal.DaemonFull("sandboxes", RETRY_AFTER);
            case SandboxException.Reason.Unavailable _,
                    SandboxException.Reason.Lost _,
                    SandboxException.Reason.FileRefused _ -> new Refusal.ExecutorDown(RETRY_AFTER);
        };
    }

    private Place inSession(Tenant tenant, ExecutionSpec spec, Language language, String id) throws RefusedException {
        var session = sessions.find(tenant, id);
        FixedFields.refuse(spec);
        var resolved = limits.resolveIn(session.limits(), spec.limits());
        Placer.check(
                session.placement(),
                new Demand(
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        session.placement().image(),
                        Optional.of(language.name()),
                        Extras.NONE,
                        resolved.named()));
        return new Place(session.placement(), resolved, session.sandboxes(spec.ifSessionBusy()));
    }

    private Plan plan(Tenant tenant, ExecutionSpec spec, ProgramBuilder builder, Place place) throws RefusedException {
        var held = new Contents(contents, tenant);
        try {
            return new Plan(
                    resolved(spec, builder, place),
                    builder.build(held, place.limits().run()),
                    place.limits().values().output(),
                    stdin(spec.standardInput(), held),
                    place.sandboxes(),
                    spec.artifacts(),
                    held);
        } catch (RefusedException | RuntimeException e) {
            held.close();
            throw e;
        }
    }

    private static Plan.Stdin stdin(StandardInput input, Contents contents) throws RefusedException {
        return switch (input) {
            case StandardInput.None _ -> new Plan.Stdin.Bytes(Content.of(new byte[0]));
            case StandardInput.Bytes(var source) -> new Plan.Stdin.Bytes(contents.open(source));
            case StandardInput.KeptOpen _ -> new Plan.Stdin.KeptOpen();
        };
    }

    private ResolvedSpec resolved(ExecutionSpec spec, ProgramBuilder builder, Place place) {
        var language = builder.language().name();
        var placement = place.placement();
        var sandboxes = placement.sandboxes();
        return new ResolvedSpec(
                SpecDigest.of(spec, language, builder.file().value(), placement, place.limits()),
                language,
                placement.version(language),
                builder.file(),
                placement.executor().name(),
                sandboxes.isolation(),
                // What only a request has is in no tenant's nursery.
                spec.extras().isEmpty() ? sandboxes.kind() : SandboxDescription.Kind.PLAIN,
                placement.imageDigest(),
                place.limits().enforced(sandboxes.enforcement()),
                place.limits().profile(),
                place.limits().onOutputLimit(),
                spec.session(),
                spec.program().buffering(),
                spec.maxQueueTime().orElse(maxQueueTime));
    }
}
