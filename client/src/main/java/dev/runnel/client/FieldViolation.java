package dev.runnel.client;

/// A field of a request that the daemon did not accept.
///
/// @param field its path in the request, for example `spec.limits.wall_time`
/// @param description what is wrong with it
public record FieldViolation(String field, String description) {
    @Override
    public String toString() {
        return field + ": " + description;
    }
}
