package dev.runnel.server.conversation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.server.approval.Approvals;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.conversation.ConversationSpec.Workspace;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.session.SessionRequest;
import dev.runnel.server.session.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// What can be done with conversations: open them, speak, read, and what ends them. Thread-safe.
public final class Conversations implements AutoCloseable {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Means means;
    private final Duration remembered;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Map<Conversation.Key, Conversation> conversations = new HashMap<>();

    @GuardedBy("lock") private boolean draining;

    /// What conversations are held with.
    ///
    /// @param instance of the daemon
    /// @param keptEvents bytes of the newest events of each
    public record Means(
            Executions executions,
            Sessions sessions,
            Approvals approvals,
            Languages languages,
            InstantSource clock,
            String instance,
            long keptEvents) {}

    /// @param remembered how long a closed conversation is known
    /// @param most that are known at a time
    public Conversations(Means means, Duration remembered, int most) {
        this.means = means;
        this.remembered = remembered;
        this.most = most;
    }

    /// A place in a conversation's events. Read by one thread; closed by any.
    public static final class Reading implements AutoCloseable {
        private final Conversation conversation;
        private final ConversationLog.Reader reader;

        private Reading(Conversation conversation, ConversationLog.Reader reader) {
            this.conversation = conversation;
            this.reader = reader;
        }

        /// What there is to tell.
        ///
        /// @param applied number of the last input that was applied
        /// @param silent there was nothing for as long as the reader had patience
        /// @param last there will be nothing more
        public record Batch(
                List<ConversationEvent> events, List<Rejected> rejected, long applied, boolean silent, boolean last) {}

        /// An input that was not taken.
        public record Rejected(long number, RefusedException why) {}

        /// Waits for something to tell; nothing after so long is told as well.
        public Batch take(Duration patience) throws RefusedException, InterruptedException {
            var batch = conversation.log().take(reader, patience);
            return new Batch(
                    batch.events(),
                    batch.rejections().stream()
                            .map(each -> new Rejected(each.number(), each.why()))
                            .toList(),
                    conversation.applied(),
                    batch.silent(),
                    batch.last());
        }

        /// Applies an input; what becomes of it is told by [#take].
        public void apply(Input input) {
            try {
                conversation.apply(input);
                conversation.log().nudge(reader);
            } catch (RefusedException e) {
                conversation.log().reject(reader, new ConversationLog.Rejection(input.number(), e));
            }
        }

        /// Tells of an input that is none; it counts as applied.
        public void refuse(long number, RefusedException why) {
            conversation.pass(number);
            conversation.log().reject(reader, new ConversationLog.Rejection(number, why));
        }

        /// No more inputs come.
        public void finishInputs() {
            conversation.finishInputs();
        }

        @Override
        public void close() {
            conversation.leave(reader);
        }
    }

    /// Opens a conversation, or answers with the one that an equal request has opened.
    public Conversation.View open(Tenant tenant, Optional<String> id, ConversationSpec spec)
            throws RefusedException, InterruptedException {
        var earlier = id.flatMap(name -> find(new Conversation.Key(tenant, name)));
        if (earlier.isPresent()) {
            return again(earlier.get(), spec).view();
        }
        return begin(tenant, id, spec, false).view();
    }

    /// Opens a conversation and holds it.
    public Reading openAndHold(Tenant tenant, Optional<String> id, ConversationSpec spec)
            throws RefusedException, InterruptedException {
        var conversation = begin(tenant, id, spec, true);
        return new Reading(conversation, conversation.hold(0));
    }

    /// Goes on with a conversation, as its holder.
    public Reading resume(Tenant tenant, String id, long after) throws RefusedException {
        var conversation = require(tenant, id);
        return new Reading(conversation, conversation.hold(after));
    }

    /// Reads a conversation beside others.
    public Reading watch(Tenant tenant, String id, long after) throws RefusedException {
        var conversation = require(tenant, id);
        return new Reading(conversation, conversation.watch(after));
    }

    /// Says something, and returns the number of the last input that was applied.
    public long send(Tenant tenant, String id, Input input) throws RefusedException {
        var conversation = require(tenant, id);
        conversation.apply(input);
        return conversation.applied();
    }

    public Conversation.View get(Tenant tenant, String id) throws RefusedException {
        return require(tenant, id).view();
    }

    /// When a closed conversation is forgotten.
    public Optional<Instant> expires(Conversation.View view) {
        return view.closed().map(closed -> closed.plus(remembered));
    }

    /// The turns that have ended and are remembered, oldest first.
    public List<EndedTurn> turns(Tenant tenant, String id) throws RefusedException {
        return require(tenant, id).history().turns();
    }

    /// Closes what has been abandoned, forgets what has expired. To be called now and then.
    public void sweep() {
        var now = means.clock().instant();
        for (var conversation : all()) {
            if (conversation.isAbandoned()) {
                conversation.close(CloseReason.ABSENCE);
            }
            conversation.letGoOfAbsent();
            keep(conversation);
        }
        lock.lock();
        try {
            conversations
                    .values()
                    .removeIf(each -> expires(each.view())
                            .filter(expires -> !now.isBefore(expires))
                            .isPresent());
        } finally {
            lock.unlock();
        }
    }

    /// A session is not idle while there is a conversation in it.
    private void keep(Conversation conversation) {
        var view = conversation.view();
        if (view.closed().isEmpty()) {
            view.session()
                    .ifPresent(
                            session -> means.sessions().touch(conversation.key().tenant(), session));
        }
    }

    /// Opens nothing new from now on.
    public void drain() {
        lock.lock();
        try {
            draining = true;
        } finally {
            lock.unlock();
        }
    }

    /// Ends all.
    @Override
    public void close() {
        drain();
        var all = all();
        all.forEach(conversation -> conversation.close(CloseReason.SHUTDOWN));
        try {
            for (var conversation : all) {
                conversation.awaitClosed();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Conversation again(Conversation earlier, ConversationSpec spec) throws RefusedException {
        if (!earlier.spec().equals(spec)) {
            throw new RefusedException(
                    new Refusal.ConversationIdReused(), "this conversation id was used with another spec");
        }
        return earlier;
    }

    private Conversation begin(Tenant tenant, Optional<String> id, ConversationSpec spec, boolean held)
            throws RefusedException, InterruptedException {
        var key = new Conversation.Key(
                tenant, id.orElseGet(() -> UUID.randomUUID().toString()));
        checkRoom(key);
        var own = spec.workspace() instanceof Workspace.Own && !spec.executionOff();
        var session = session(tenant, key.id(), spec);
        var conversation = new Conversation(
                key, spec, session, means, held, () -> session.filter(_ -> own).ifPresent(name -> end(tenant, name)));
        var registered = false;
        try {
            register(conversation);
            registered = true;
        } finally {
            if (!registered && own) {
                session.ifPresent(name -> end(tenant, name));
            }
        }
        conversation.start();
        return conversation;
    }

    private void register(Conversation conversation) throws RefusedException {
        lock.lock();
        try {
            checkRoom(conversation.key());
            var session = conversation.view().session();
            if (session.isPresent() && conversations.values().stream().anyMatch(each -> isIn(each, conversation))) {
                throw new RefusedException(
                        new Refusal.SessionBusy(), "the session has an open conversation; close that one first");
            }
            conversations.put(conversation.key(), conversation);
        } finally {
            lock.unlock();
        }
    }

    private static boolean isIn(Conversation one, Conversation other) {
        return one.key().tenant().equals(other.key().tenant())
                && one.view().closed().isEmpty()
                && one.view().session().equals(other.view().session());
    }

    private void checkRoom(Conversation.Key key) throws RefusedException {
        lock.lock();
        try {
            if (draining) {
                throw new RefusedException(
                        new Refusal.DaemonDraining(RETRY_AFTER), "the daemon is shutting down and takes no new work");
            }
            if (conversations.containsKey(key)) {
                throw new RefusedException(
                        new Refusal.ConversationIdReused(), "a conversation has this id; resume it, or choose another");
            }
            if (conversations.size() >= most) {
                throw new RefusedException(
                        new Refusal.DaemonFull("conversations", RETRY_AFTER),
                        "the daemon knows " + most + " conversations already; retry later");
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<String> session(Tenant tenant, String conversation, ConversationSpec spec)
            throws RefusedException, InterruptedException {
        if (spec.executionOff()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (spec.workspace()) {
                    case Workspace.Existing(var session) ->
                        means.sessions().get(tenant, session).id();
                    case Workspace.Own(var asked) ->
                        means.sessions()
                                .create(
                                        tenant,
                                        new SessionRequest(
                                                Optional.empty(), asked, Map.of(BlockProgram.LABEL, conversation)))
                                .id();
                });
    }

    private void end(Tenant tenant, String session) {
        var interrupted = Thread.interrupted();
        try {
            means.sessions().delete(tenant, session);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Conversation> all() {
        lock.lock();
        try {
            return List.copyOf(conversations.values());
        } finally {
            lock.unlock();
        }
    }

    private Optional<Conversation> find(Conversation.Key key) {
        lock.lock();
        try {
            return Optional.ofNullable(conversations.get(key));
        } finally {
            lock.unlock();
        }
    }

    private Conversation require(Tenant tenant, String id) throws RefusedException {
        return find(new Conversation.Key(tenant, id))
                .orElseThrow(() ->
                        new RefusedException(new Refusal.ConversationNotFound(), "there is no such conversation"));
    }
}
