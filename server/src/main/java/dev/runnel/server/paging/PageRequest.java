package dev.runnel.server.paging;

import java.util.Optional;

/// Which page of a list.
///
/// @param size how many at most; 0 is the usual number
/// @param token of the page before; without one the first
public record PageRequest(int size, Optional<String> token) {
    private static final int USUAL = 50;
    private static final int MOST = 1_000;

    int limit() {
        return size == 0 ? USUAL : Math.min(size, MOST);
    }
}
