package dev.runnel.server.refusal;

/// What is wrong with one field of a request.
///
/// @param field its path as protobuf writes it, for example `spec.program.files[2].path`
/// @param description the rule that is broken; never the value
public record FieldViolation(String field, String description) {}
