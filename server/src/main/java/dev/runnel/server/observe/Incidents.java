package dev.runnel.server.observe;

import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.Refusal;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Defects of ours: the caller gets an incident's id and nothing of the exception, the log gets both.
public final class Incidents {
    private static final Logger log = LoggerFactory.getLogger(Incidents.class);

    private Incidents() {}

    /// Logs `defect` and returns what the caller may know.
    ///
    /// @param what failed; no value of a request
    /// @param key names `subject` in the log: `executionId`, `sessionId`, `method`
    public static Failure report(String what, String key, String subject, Throwable defect) {
        var incident = UUID.randomUUID().toString();
        log.atError()
                .addKeyValue("incident", incident)
                .addKeyValue(key, subject)
                .setCause(defect)
                .log(what);
        return new Failure(
                new Refusal.Internal(incident), "internal error; the daemon's log has the incident " + incident);
    }
}
