package dev.runnel.executors.docker;

/// An image that the engine has.
///
/// @param reference as it was asked for, such as `python:3.11-slim`
/// @param id its digest, `sha256:` and 64 hexadecimal digits: what containers are made of, whatever becomes of the tag
/// @param path PATH of its environment
/// @param platform what it is built for
record ContainerImage(String reference, String id, String path, Platform platform) {}
