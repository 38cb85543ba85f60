package dev.runnel.server.yaml;

import dev.runnel.executors.spi.DataSize;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// Text to the types that a single value can have.
final class ScalarParsers {
    private ScalarParsers() {}

    /// @throws IllegalArgumentException saying what was expected
    static Object parse(Class<?> type, String text) {
        if (type == String.class) {
            return text;
        } else if (type == int.class) {
            return integer(text);
        } else if (type == boolean.class) {
            return bool(text);
        } else if (type == Duration.class) {
            return Durations.parse(text);
        } else if (type == DataSize.class) {
            return DataSize.parse(text);
        } else if (type == Path.class) {
            return path(text);
        } else if (type.isEnum()) {
            return constant(type, text);
        }
        return byItsOwnParser(type, text);
    }

    private static Integer integer(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("not a whole number: '" + text + "'");
        }
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false: '" + text + "'");
        };
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException _) {
            throw new IllegalArgumentException("not a path: '" + text + "'");
        }
    }

    private static Object constant(Class<?> type, String text) {
        for (var constant : type.getEnumConstants()) {
            if (key(constant).equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("unknown: '" + text + "' (expected "
                + Arrays.stream(type.getEnumConstants()).map(ScalarParsers::key).collect(Collectors.joining(", "))
                + ")");
    }

    private static String key(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
    }

    private static Object byItsOwnParser(Class<?> type, String text) {
        try {
            Method parse = type.getMethod("parse", String.class);
            return parse.invoke(null, text);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException problem) {
                throw problem;
            }
            throw new IllegalStateException("parsing " + type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " can't be a setting: it has no parse(String)", e);
        }
    }
}
