package dev.runnel.server.yaml;

/// Thrown by a record's constructor when one of its keys can't be what it is.
public final class InvalidKeyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String key;

    /// @param key as YAML writes it, relative to the record: `memory`, `profiles.simple.memory`
    /// @param problem what is wrong with it, and what would be right
    public InvalidKeyException(String key, String problem) {
        super(problem);
        this.key = key;
    }

    /// Throws unless `holds`.
    public static void unless(boolean holds, String key, String problem) {
        if (!holds) {
            throw new InvalidKeyException(key, problem);
        }
    }

    String key() {
        return key;
    }
}
