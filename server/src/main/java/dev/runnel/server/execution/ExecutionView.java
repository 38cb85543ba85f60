package dev.runnel.server.execution;

import java.util.Map;

/// An execution at one moment, as lists and watches show it.
///
/// @param firstAvailable sequence of the oldest event that can still be read
/// @param last sequence of the newest event
public record ExecutionView(
        String id,
        State state,
        ResolvedSpec spec,
        Map<String, String> labels,
        OnDisconnect onDisconnect,
        long firstAvailable,
        long last) {}
