package dev.runnel.server.yaml;

/// A YAML document that can't be used. The message names the file, the key, the line and what was expected.
public final class YamlException extends Exception {
    private static final long serialVersionUID = 1L;

    public YamlException(String message) {
        super(message);
    }

    public YamlException(String message, Throwable cause) {
        super(message, cause);
    }
}
