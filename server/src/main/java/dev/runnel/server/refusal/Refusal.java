package dev.runnel.server.refusal;

import java.time.Duration;
import java.util.List;

/// Why something was refused or could not be done. One record for each value of the contract's ErrorReason.
///
/// To add one: the value in error.proto with its code, the record here, its case in server.rpc's Statuses (the
/// compiler asks for it).
public sealed interface Refusal {
    /// Nothing ran, and the same request may be made again after a while.
    sealed interface Repeatable extends Refusal {
        Duration retryAfter();
    }

    /// Well-formed, but not here or not now.
    sealed interface Precondition extends Refusal {}

    /// Unknown, forgotten or another tenant's: these are not told apart.
    sealed interface NotFound extends Refusal {}

    /// The id is taken by something else.
    sealed interface IdReused extends Refusal {}

    // INVALID_ARGUMENT

    /// Fields break their rules.
    record FieldInvalid(List<FieldViolation> violations) implements Refusal {
        public FieldInvalid {
            violations = List.copyOf(violations);
        }

        /// One field.
        public static FieldInvalid of(String field, String description) {
            return new FieldInvalid(List.of(new FieldViolation(field, description)));
        }
    }

    /// Fields or enum values that this daemon does not know.
    record UnknownField(List<FieldViolation> violations) implements Refusal {
        public UnknownField {
            violations = List.copyOf(violations);
        }
    }

    /// A field that this daemon can't honour yet.
    record FieldNotSupported(String field) implements Refusal {}

    /// A limit above its ceiling.
    ///
    /// @param ceiling as text with its unit
    record LimitAboveCeiling(String field, String ceiling) implements Refusal {}

    /// Fields that the session has fixed.
    record FixedBySession(List<String> fields) implements Refusal {
        public FixedBySession {
            fields = List.copyOf(fields);
        }
    }

    /// Uploaded bytes that are not what was announced.
    record DigestMismatch(String field) implements Refusal {}

    // UNAUTHENTICATED, PERMISSION_DENIED

    /// No credentials, or wrong ones.
    record CredentialsInvalid() implements Refusal {}

    /// Policy says no.
    record PolicyDenied() implements Refusal {}

    // RESOURCE_EXHAUSTED

    /// A quota of the tenant is used up.
    ///
    /// @param quota its name, for example `detached executions`
    record TenantQuotaExceeded(String quota, Duration retryAfter) implements Repeatable {}

    /// The daemon is full.
    record DaemonFull(String quota, Duration retryAfter) implements Repeatable {}

    /// It waited too long and did not start.
    record QueueTimeExceeded(Duration retryAfter) implements Repeatable {}

    // FAILED_PRECONDITION

    /// No executor here offers the language.
    record LanguageUnavailable() implements Precondition {}

    /// The executor is not known or can't work here.
    record ExecutorUnavailable() implements Precondition {}

    /// Nothing here is isolated as strongly as was asked.
    record IsolationUnavailable() implements Precondition {}

    /// No executor here has images, or none lets this one be named.
    record ImageUnavailable() implements Precondition {}

    /// No executor here offers a mount, device or host of that name.
    record ExtraUnavailable() implements Precondition {}

    /// Only plain sandboxes are to be had.
    record CellUnavailable() implements Precondition {}

    /// Nothing here enforces a limit that was named.
    record LimitNotEnforceable(String field) implements Precondition {}

    /// The caller expects another instance of the daemon.
    record InstanceChanged() implements Precondition {}

    /// The session's sandbox is gone.
    record SessionLost() implements Precondition {}

    /// The session runs something else.
    record SessionBusy() implements Precondition {}

    /// Standard input takes nothing more.
    record StdinClosed() implements Precondition {}

    /// The program is not running.
    record ExecutionNotRunning() implements Precondition {}

    /// More output than can be kept.
    record OutputNotRetainable(long retainableBytes) implements Precondition {}

    /// It ended otherwise than this decision would have it.
    ///
    /// @param decision how, in the contract's word
    /// @param by who decided; empty when nobody did
    record ApprovalDecided(String decision, String by) implements Refusal {}

    /// The decision is about another spec than the one that waits.
    record ApprovalSpecMismatch() implements Precondition {}
    /// The conversation takes no more inputs.
    record ConversationClosed() implements Precondition {}

    /// What was approved is not what would run.
    record SpecChanged() implements Precondition {}

    // UNAVAILABLE

    /// The executor does not answer; nothing has run.
    record ExecutorDown(Duration retryAfter) implements Repeatable {}

    /// The daemon is going down.
    record DaemonDraining(Duration retryAfter) implements Repeatable {}

    // ABORTED

    /// The sandbox went away after the program may have started.
    record SandboxLost() implements Refusal {}

    /// Another stream drives the execution now.
    record Superseded() implements Refusal {}

    // NOT_FOUND, ALREADY_EXISTS

    /// No such execution, or not this tenant's.
    record ExecutionNotFound() implements NotFound {}

    /// No such session, or not this tenant's.
    record SessionNotFound() implements NotFound {}

    /// No such content, or not this tenant's.
    record ContentNotFound() implements NotFound {}

    /// Nothing of that id waits for approval, or not of this tenant.
    record ApprovalNotFound() implements NotFound {}
    /// No such conversation, or not this tenant's.
    record ConversationNotFound() implements NotFound {}

    /// The id names an execution with another spec.
    record ExecutionIdReused() implements IdReused {}

    /// The id names a session of another kind.
    record SessionIdReused() implements IdReused {}

    /// The id names another conversation.
    record ConversationIdReused() implements IdReused {}

    // OUT_OF_RANGE

    /// The events asked for are gone.
    record EventsEvicted(long firstAvailable) implements Refusal {}

    /// The observer was overtaken.
    record ObserverTooSlow(long firstAvailable) implements Refusal {}

    /// A write that leaves a gap.
    record StdinGap(long acceptedOffset) implements Refusal {}

    /// A range behind the end.
    record ContentRange(long size) implements Refusal {}

    /// An input that leaves a gap.
    ///
    /// @param applied number of the last one that was applied
    record InputGap(long applied) implements Refusal {}

    // INTERNAL

    /// A defect of ours.
    ///
    /// @param incident what to look for in the log
    record Internal(String incident) implements Refusal {}
}
