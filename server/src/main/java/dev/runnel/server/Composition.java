package dev.runnel.server;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.admission.Admission;
import dev.runnel.server.approval.Approvals;
import dev.runnel.server.auth.TokenFile;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.config.RuntimeDirectory;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.content.WorkspaceArtifacts;
import dev.runnel.server.conversation.Conversations;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.execution.Spool;
import dev.runnel.server.execution.Timers;
import dev.runnel.server.instance.InstanceDirectory;
import dev.runnel.server.observe.JavaLogging;
import dev.runnel.server.routing.ExecutorCatalog;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.routing.LimitResolver;
import dev.runnel.server.routing.Placer;
import dev.runnel.server.routing.Router;
import dev.runnel.server.rpc.ApprovalRpc;
import dev.runnel.server.rpc.Calls;
import dev.runnel.server.rpc.ConversationRpc;
import dev.runnel.server.rpc.Edge;
import dev.runnel.server.rpc.ExecutionRpc;
import dev.runnel.server.rpc.FileRpc;
import dev.runnel.server.rpc.Health;
import dev.runnel.server.rpc.Listener;
import dev.runnel.server.rpc.Reflection;
import dev.runnel.server.rpc.SessionRpc;
import dev.runnel.server.rpc.SystemRpc;
import dev.runnel.server.rpc.Validation;
import dev.runnel.server.session.ExecutionsInside;
import dev.runnel.server.session.SessionDirectory;
import dev.runnel.server.session.Sessions;
import dev.runnel.server.yaml.YamlException;
import io.grpc.BindableService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts a daemon together, from the inside out: what holds nothing first, the edge last.
final class Composition {
    private static final Logger log = LoggerFactory.getLogger(Composition.class);

    /// A stream that is silent for so long gets a heartbeat: proxies give up a little later.
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private static final Duration SWEEP = Duration.ofSeconds(5);

    /// An executor is asked so often whether it works.
    private static final Duration HEALTH = Duration.ofSeconds(2);

    private final Configuration configuration;
    private final Daemon.Surroundings surroundings;
    private final Closing closing;
    private final InstantSource clock = InstantSource.system();

    /// @param closing takes everything that is started, in its order
    Composition(Configuration configuration, Daemon.Surroundings surroundings, Closing closing) {
        this.configuration = configuration;
        this.surroundings = surroundings;
        this.closing = closing;
    }

    Daemon compose(ExecutorFactory executorFactory) throws IOException, YamlException {
        JavaLogging.quieten();

        // Compiling the rules of requests takes longest, so it begins first; a request that is faster waits for it.
        var validation = new Validation();
        Thread.ofVirtual().name("warm-up").start(validation::warmUp);

        // What a dead instance left is removed before anything new is made.
        var runtime = RuntimeDirectory.ofThisProcess(System.getenv()).open(configuration.runtimeDirectory());
        var instance = closing.add(InstanceDirectory.open(runtime));
        var timers = closing.add(new Timers());

        // Executors begin to find out in the background what they can do here.
        var languages = Languages.load(
                configuration.languagesDirectory().orElse(surroundings.languages()), configuration.languages());
        var executors = executorFactory.open(configuration, languages, runtime);
        executors.forEach(closing::add);
        var catalog = new ExecutorCatalog(executors, configuration.executors().preference());

        // From a request to a plan: the language, an executor, each limit, content; or the session's place.
        var contents = contents(instance.path());
        var placer = new Placer(catalog, configuration.executors().minimumIsolation());
        var limits = new LimitResolver(configuration.limits());
        var directory = new SessionDirectory();
        var router = new Router(
                languages,
                placer,
                limits,
                contents,
                directory,
                configuration.concurrency().maxQueueTime());

        // What waits for a person. Denied before executions end, so that none begins meanwhile.
        var approvals = new Approvals(clock, configuration.retention().endedExecutions());

        // From a plan to its end. Executions end before the sessions that they are in, so they are closed first.
        var executions = executions(instance, router, contents, timers);
        var inside = new ExecutionsInside(executions);
        var sessions = closing.add(
                new Sessions(directory, languages, placer, limits, inside, configuration.sessions(), clock));
        closing.add(executions);

        // Conversations end before the executions and sessions that are theirs.
        var conversations = closing.add(conversations(instance, executions, sessions, approvals, languages));
        List.<Runnable>of(conversations::sweep, contents::sweep, sessions::sweep, executions::sweep, approvals::sweep)
                .forEach(sweep -> timers.every(SWEEP, sweep));

        // The edge comes last: nobody is let in before everything behind it is there.
        var calls = new Calls(validation);
        var services = List.<BindableService>of(
                new ExecutionRpc(calls, executions, clock, SILENCE),
                new SessionRpc(calls, sessions, executions, instance.id()),
                new ApprovalRpc(calls, approvals, instance.id(), SILENCE),
                new ConversationRpc(calls, conversations, executions, clock, SILENCE),
                new FileRpc(calls, contents),
                new SystemRpc(calls, instance.id(), configuration, catalog, languages));
        var socket = socket(runtime, instance.path());
        var health = new Health();
        var edge = open(socket, instance.id(), services, health);
        health.serving(services);
        closing.add(new ExecutorHealth(catalog.all(), health, HEALTH));

        // Closed before all else: what runs ends while clients can still hear of it.
        closing.<AutoCloseable>add(() -> {
            health.draining();
            conversations.drain();
            sessions.drain();
            approvals.close();
            executions.shutDown(configuration.shutdownGrace());
        });
        log.atInfo()
                .addKeyValue("instance", instance.id())
                .addKeyValue("socket", socket)
                .log("the daemon answers");
        return new Daemon(instance.id(), socket, edge.ports(), closing);
    }

    private ContentStore contents(Path instance) throws IOException {
        var kept = configuration.retention();
        return ContentStore.open(
                instance.resolve("content"), new ContentStore.Bounds(kept.contentBytes(), kept.content()), clock);
    }

    private Executions executions(InstanceDirectory instance, Router router, ContentStore contents, Timers timers)
            throws IOException {
        var kept = configuration.retention();
        var concurrency = configuration.concurrency();
        var admission = new Admission(
                new Admission.Bounds(concurrency.maxRunning(), concurrency.maxQueued(), kept.detachedExecutions()));
        var artifacts = new WorkspaceArtifacts(contents, kept.artifactBytes());
        var spool = Spool.open(instance.path().resolve("events"), kept.spool());
        return new Executions(
                instance.id(),
                new Executions.Means(router, admission, artifacts, spool, timers),
                clock,
                new Executions.Retention(
                        kept.endedExecutions(), kept.eventBytes(), kept.detachedOutput(), endedMemory()));
    }

    private Conversations conversations(
            InstanceDirectory instance,
            Executions executions,
            Sessions sessions,
            Approvals approvals,
            Languages languages) {
        var kept = configuration.retention();
        return new Conversations(
                new Conversations.Means(
                        executions,
                        sessions,
                        approvals,
                        languages,
                        clock,
                        instance.id(),
                        kept.eventBytes().bytes()),
                kept.endedExecutions(),
                configuration.sessions().maxSessions());
    }

    /// A quarter of the heap for what has ended: the rest is for what runs.
    private static DataSize endedMemory() {
        return DataSize.ofBytes(Runtime.getRuntime().maxMemory() / 4);
    }

    private Path socket(Path runtime, Path instance) {
        return surroundings.embedded()
                ? instance.resolve("socket")
                : configuration.listeners().unix().socket(runtime);
    }

    private Edge open(Path socket, String instance, List<BindableService> services, Health health) throws IOException {
        var all = new ArrayList<>(services);
        all.add(health.service());
        all.add(Reflection.service());
        return closing.add(Edge.open(listeners(socket), instance, all));
    }

    private List<Listener> listeners(Path socket) throws IOException {
        if (surroundings.embedded()) {
            return List.of(new Listener.Unix(socket, Set.of(OWNER_READ, OWNER_WRITE), Optional.empty()));
        }
        var unix = configuration.listeners().unix();
        var listeners = new ArrayList<Listener>();
        listeners.add(new Listener.Unix(socket, unix.mode().permissions(), unix.group()));
        var tcp = configuration.listeners().tcp();
        if (tcp.isPresent()) {
            var address = tcp.get().address();
            var token = TokenFile.readOrCreate(tcp.get().tokenFile());
            listeners.add(new Listener.Tcp(address.host(), address.port(), token));
        }
        return listeners;
    }
}
