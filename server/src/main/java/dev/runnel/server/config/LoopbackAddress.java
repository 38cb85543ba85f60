package dev.runnel.server.config;

import java.util.regex.Pattern;

/// A TCP address that only this machine can reach.
///
/// @param host `127.0.0.1` to `127.255.255.255`, `::1` or `localhost`
/// @param port 0: any that is free
public record LoopbackAddress(String host, int port) {
    private static final String PART = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern LOOPBACK = Pattern.compile("127(\\." + PART + "){3}|::1|localhost");
    private static final Pattern TEXT = Pattern.compile("(?:\\[([^\\]]+)]|([^:]+)):(\\d{1,5})");

    public LoopbackAddress {
        if (!LOOPBACK.matcher(host).matches()) {
            throw new IllegalArgumentException("'" + host
                    + "' is not a loopback address (expected 127.0.0.1, [::1] or localhost; for other machines put a"
                    + " proxy with TLS before the daemon)");
        }
        if (port > 65_535) {
            throw new IllegalArgumentException("a port is at most 65535");
        }
    }

    /// Reads `127.0.0.1:7433` or `[::1]:7433`.
    public static LoopbackAddress parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "not an address: '" + text + "' (expected host and port, such as 127.0.0.1:7433)");
        }
        var host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return new LoopbackAddress(host, Integer.parseInt(matcher.group(3)));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
