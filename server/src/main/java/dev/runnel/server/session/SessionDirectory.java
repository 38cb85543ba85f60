package dev.runnel.server.session;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.routing.SessionPlaces;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The sessions there are. Thread-safe.
///
/// A session stays here from its creation until nothing of its sandbox is left, so that its id is not used anew
/// before.
public final class SessionDirectory implements SessionPlaces {
    private final ConcurrentHashMap<Session.Key, Session> sessions = new ConcurrentHashMap<>();

    @Override
    public SessionPlace find(Tenant tenant, String id) throws RefusedException {
        var session = live(new Session.Key(tenant, id)).orElseThrow(SessionDirectory::notFound);
        session.checkUsable();
        return session;
    }

    /// The session, unless it is deleted or its time is over.
    Optional<Session> live(Session.Key key) {
        return any(key).filter(session -> !session.isDeleted());
    }

    /// The session, deleted or not.
    Optional<Session> any(Session.Key key) {
        return Optional.ofNullable(sessions.get(key));
    }

    /// Whether it is here, deleted or not.
    boolean holds(Session session) {
        return sessions.get(session.key()) == session;
    }

    /// All, deleted or not.
    List<Session> all() {
        return List.copyOf(sessions.values());
    }

    /// The session that has the id now: this one, or the one that was first.
    Session add(Session session) {
        var other = sessions.putIfAbsent(session.key(), session);
        return other == null ? session : other;
    }

    void remove(Session session) {
        sessions.remove(session.key(), session);
    }

    /// The same for one that never was, one that was deleted, and another tenant's.
    static RefusedException notFound() {
        return new RefusedException(new Refusal.SessionNotFound(), "no such session");
    }
}
