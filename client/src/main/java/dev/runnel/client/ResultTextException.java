package dev.runnel.client;

/// A text is not what a turn is told as in that style; the message says where and why.
public final class ResultTextException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ResultTextException(String message) {
        super(message);
    }
}
