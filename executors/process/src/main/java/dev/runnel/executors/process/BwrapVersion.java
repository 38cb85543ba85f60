package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Which bubblewrap is installed.
record BwrapVersion(int major, int minor) {
    private static final Pattern TEXT = Pattern.compile("bubblewrap (\\d+)\\.(\\d+).*", Pattern.DOTALL);

    /// Asks it.
    static BwrapVersion of(Path bwrap) throws IOException {
        var process = new ProcessBuilder(bwrap.toString(), "--version")
                .redirectErrorStream(true)
                .start();
        try (var output = process.getInputStream()) {
            return parse(new String(output.readNBytes(256), StandardCharsets.UTF_8));
        }
    }

    static BwrapVersion parse(String text) throws IOException {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IOException("bwrap --version said: " + text.strip());
        }
        return new BwrapVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /// Whether it has `--disable-userns`, the second lock on namespaces beside the runner's system call filter.
    boolean disablesUserns() {
        return major > 0 || minor >= 8;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
