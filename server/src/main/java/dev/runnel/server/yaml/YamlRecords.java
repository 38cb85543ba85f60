package dev.runnel.server.yaml;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads a YAML document into a record.
///
/// A component `wallTime` is the key `wall_time`. Components are text, numbers, booleans, durations, sizes, paths,
/// enums (in lower case), types with a public `static parse(String)`, and [java.util.Optional], [java.util.List],
/// [java.util.Map] (which keeps the order of the file) and records of these. An unknown key, a key written twice and
/// a value of another type are refused. Records check themselves in their constructors, best by
/// [InvalidKeyException].
public final class YamlRecords {
    private YamlRecords() {}

    /// Reads a file.
    ///
    /// @throws YamlException naming the file, the key and the line
    public static <R extends Record> R load(Path file, Class<R> type) throws YamlException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new YamlException(file + ": there is no such file", e);
        } catch (CharacterCodingException e) {
            throw new YamlException(file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new YamlException(file + ": can't be read: " + e.getMessage(), e);
        }
        return parse(file.toString(), text, type);
    }

    /// Reads text.
    ///
    /// @param source what messages call it
    public static <R extends Record> R parse(String source, String text, Class<R> type) throws YamlException {
        var document = YamlNodes.compose(source, text);
        return new RecordBinder(source).bind(type, document);
    }
}
