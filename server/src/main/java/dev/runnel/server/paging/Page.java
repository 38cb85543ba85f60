package dev.runnel.server.paging;

import java.util.List;
import java.util.Optional;

/// Some of a list.
///
/// @param next token of the page after; absent on the last
public record Page<T>(List<T> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
