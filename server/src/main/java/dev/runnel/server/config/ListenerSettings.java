package dev.runnel.server.config;

import java.util.Optional;

/// Where clients reach the daemon.
///
/// @param unix always there
/// @param tcp only if asked for
public record ListenerSettings(UnixListenerSettings unix, Optional<TcpListenerSettings> tcp) {}
