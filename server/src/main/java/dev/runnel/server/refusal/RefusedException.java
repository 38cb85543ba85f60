package dev.runnel.server.refusal;

/// Ends a call with a [Failure]. Expected, so it carries no stack trace.
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public RefusedException(Refusal refusal, String message) {
        this(new Failure(refusal, message));
    }

    public RefusedException(Failure failure) {
        super(failure.message(), null, false, false);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }

    /// One field that breaks its rule.
    public static RefusedException fieldInvalid(String field, String description) {
        return new RefusedException(Refusal.FieldInvalid.of(field, description), field + ": " + description);
    }
}
