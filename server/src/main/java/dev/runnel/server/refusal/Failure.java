package dev.runnel.server.refusal;

/// A refusal with its explanation, as it is thrown, kept in a Failed event and sent as a status.
///
/// @param message what was attempted, why it failed, what to do; shown to the caller, so it holds nothing
///     of the
///     request's values and nothing of the daemon's inside
public record Failure(Refusal refusal, String message) {}
