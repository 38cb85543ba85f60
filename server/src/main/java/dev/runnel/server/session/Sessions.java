package dev.runnel.server.session;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.config.SessionSettings;
import dev.runnel.server.paging.NewestFirst;
import dev.runnel.server.paging.Page;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.routing.Demand;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.routing.LimitResolver;
import dev.runnel.server.routing.Placement;
import dev.runnel.server.routing.Placer;
import dev.runnel.server.routing.ResolvedLimits;
import dev.runnel.server.yaml.Durations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/// What clients can do with sessions, and what ends them: deletion, idleness, age, the daemon's end. Thread-safe.
public final class Sessions implements AutoCloseable {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final NewestFirst<SessionView> ORDER = new NewestFirst<>(SessionView::created, SessionView::id);

    private final SessionDirectory directory;
    private final Languages languages;
    private final Placer placer;
    private final LimitResolver limits;
    private final Occupants occupants;
    private final SessionSettings settings;
    private final InstantSource clock;
    private final Semaphore room;

    /// The sessions that are being taken apart, and when nothing of them is left.
    private final ConcurrentHashMap<Session, CountDownLatch> ending = new ConcurrentHashMap<>();

    private volatile boolean draining;

    /// Sessions in this directory.
    ///
    /// @param occupants the executions in them
    public Sessions(
            SessionDirectory directory,
            Languages languages,
            Placer placer,
            LimitResolver limits,
            Occupants occupants,
            SessionSettings settings,
            InstantSource clock) {
        this.directory = directory;
        this.languages = languages;
        this.placer = placer;
        this.limits = limits;
        this.occupants = occupants;
        this.settings = settings;
        this.clock = clock;
        room = new Semaphore(settings.maxSessions());
    }

    /// Opens a sandbox and keeps it, or answers with the session that an earlier request with the same id created.
    ///
    /// @throws RefusedException and then nothing was opened
    public SessionView create(Tenant tenant, SessionRequest request) throws RefusedException, InterruptedException {
        var key = new Session.Key(
                tenant, request.id().orElseGet(() -> UUID.randomUUID().toString()));
        var earlier = directory.any(key);
        if (earlier.isPresent() && !earlier.get().isDeleted()) {
            return again(earlier.get(), request);
        }
        if (earlier.isPresent()) {
            end(earlier.get()); // its id is free when nothing of it is left
        }
        refuseWhileDraining();
        var session = open(key, request);
        var holder = directory.add(session);
        if (holder != session) {
            discard(session);
            return again(holder, request);
        }
        if (draining) { // since the check above: close() may not have seen this one
            end(session);
            refuseWhileDraining();
        }
        return view(session);
    }

    public SessionView get(Tenant tenant, String id) throws RefusedException {
        return view(directory.live(new Session.Key(tenant, id)).orElseThrow(SessionDirectory::notFound));
    }

    /// As if something had been executed in it: it is not idle.
    public void touch(Tenant tenant, String id) {
        directory.live(new Session.Key(tenant, id)).ifPresent(Session::touch);
    }

    /// The tenant's sessions, newest first.
    public Page<SessionView> list(Tenant tenant, SessionFilter filter, PageRequest page) throws RefusedException {
        var views = directory.all().stream()
                .filter(session -> session.key().tenant().equals(tenant))
                .filter(session -> !session.isDeleted())
                .map(this::view)
                .filter(filter::matches)
                .toList();
        return ORDER.page(views, filter, page);
    }

    /// Cancels what runs and waits in the session, and returns when nothing of its sandbox is left. A session that is
    /// not there is deleted already.
    public void delete(Tenant tenant, String id) throws InterruptedException {
        var session = directory.any(new Session.Key(tenant, id));
        if (session.isPresent()) {
            session.get().delete();
            end(session.get());
        }
    }

    /// Begins to end the sessions whose time is over. To be called now and then; does not block.
    public void sweep() {
        for (var session : directory.all()) {
            if (session.isDeleted() && !ending.containsKey(session)) {
                Thread.ofVirtual().name("session-end-" + session.key().id()).start(() -> {
                    try {
                        end(session);
                    } catch (InterruptedException _) {
                        // nobody interrupts this thread; whoever asks next goes on
                        Thread.currentThread().interrupt();
                    }
                });
            }
        }
    }

    /// From now on no session is created.
    public void drain() {
        draining = true;
    }

    /// Destroys all that are left; what runs in them is lost.
    @Override
    public void close() {
        drain();
        for (var session : directory.all()) {
            session.delete();
            session.closeSandbox();
            directory.remove(session);
        }
    }

    private SessionView view(Session session) {
        var key = session.key();
        return session.view(occupants.running(key.tenant(), key.id()));
    }

    private SessionView again(Session earlier, SessionRequest request) throws RefusedException {
        if (!earlier.spec().equals(request.spec())) {
            throw new RefusedException(
                    new Refusal.SessionIdReused(), "this session id was used with another spec; choose a new one");
        }
        return view(earlier);
    }

    private Session open(Session.Key key, SessionRequest request) throws RefusedException, InterruptedException {
        var spec = request.spec();
        var life = new Session.Life(idleTimeout(spec), settings.maxAge());
        var resolved = limits.resolve(spec.limits());
        var language = spec.language().isPresent()
                ? Optional.of(languages
                        .require("spec.language", spec.language().get())
                        .name())
                : Optional.<String>empty();
        var placement = placer.place(new Demand(
                spec.executor(),
                spec.minimumIsolation(),
                spec.requireCell(),
                spec.image(),
                language,
                spec.extras(),
                resolved.named()));
        if (!room.tryAcquire()) {
            throw new RefusedException(
                    new Refusal.DaemonFull("sessions", RETRY_AFTER),
                    "there are " + settings.maxSessions() + " sessions, and no room for more (sessions.max_sessions)");
        }
        var opened = false;
        try {
            var sandbox = openSandbox(key.tenant(), placement, language, spec.extras(), resolved);
            opened = true;
            return new Session(key, request, placement, resolved, sandbox, life, clock);
        } finally {
            if (!opened) {
                room.release();
            }
        }
    }

    private static Sandbox openSandbox(
            Tenant tenant, Placement placement, Optional<String> language, Extras extras, ResolvedLimits limits)
            throws RefusedException, InterruptedException {
        var spec = new SandboxSpec(
                UUID.randomUUID().toString(),
                tenant.name(),
                limits.sandbox(),
                placement.image(),
                language,
                Optional.empty(),
                Optional.empty(),
                extras);
        try {
            return placement.executor().open(spec);
        } catch (SandboxException e) {
            throw new RefusedException(
                    refusal(e.reason()), Objects.requireNonNullElse(e.getMessage(), "no sandbox could be opened"));
        }
    }

    private static Refusal refusal(Reason reason) {
        return switch (reason) {
            case Reason.Unsupported _ -> new Refusal.ExecutorUnavailable();
            case Reason.Exhausted _ -> new Refusal.DaemonFull("sandboxes", RETRY_AFTER);
            case Reason.Unavailable _, Reason.Lost _, Reason.FileRefused _ -> new Refusal.ExecutorDown(RETRY_AFTER);
        };
    }

    private Duration idleTimeout(SessionSpec spec) throws RefusedException {
        var asked = spec.idleTimeout().orElse(settings.idleTimeout());
        if (asked.compareTo(settings.maxIdleTimeout()) > 0) {
            throw RefusedException.fieldInvalid(
                    "spec.idle_timeout", "must be at most " + Durations.format(settings.maxIdleTimeout()) + " here");
        }
        return asked;
    }

    private void refuseWhileDraining() throws RefusedException {
        if (draining) {
            throw new RefusedException(
                    new Refusal.DaemonDraining(RETRY_AFTER), "the daemon is shutting down and takes no new work");
        }
    }

    /// Takes a deleted session apart, once, and returns when nothing of it is left.
    private void end(Session session) throws InterruptedException {
        session.delete();
        var mine = new CountDownLatch(1);
        var others = ending.putIfAbsent(session, mine);
        if (others != null) {
            others.await();
            return;
        }
        try {
            if (directory.holds(session)) { // otherwise it was taken apart since the caller found it
                takeApart(session);
            }
        } finally {
            ending.remove(session);
            mine.countDown();
        }
    }

    private void takeApart(Session session) throws InterruptedException {
        try {
            occupants.cancelAll(session.key().tenant(), session.key().id());
        } finally {
            discard(session);
            directory.remove(session);
        }
    }

    private void discard(Session session) {
        session.closeSandbox();
        room.release();
    }
}
