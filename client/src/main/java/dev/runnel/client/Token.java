package dev.runnel.client;

/// A bearer token; never printed.
///
/// @param value the token itself, without white space around it
public record Token(String value) {
    public Token {
        value = value.strip();
        if (value.isEmpty()) {
            throw new IllegalArgumentException("the token is empty");
        }
        if (!value.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("the token has characters that no HTTP header can carry");
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
