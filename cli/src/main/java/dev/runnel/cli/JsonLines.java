package dev.runnel.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;

/// JSON objects, one per line, each with a single key that says what it is.
final class JsonLines {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer()
            .omittingInsignificantWhitespace()
            .usingTypeRegistry(JsonFormat.TypeRegistry.newBuilder()
                    .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                    .build());

    private final Screen screen;

    JsonLines(Screen screen) {
        this.screen = screen;
    }

    /// Writes a message of the contract in protobuf's JSON form; bytes are base64.
    void message(String key, MessageOrBuilder message) {
        write(key, json(message));
    }

    /// Writes an object of ours.
    void write(String key, JsonElement value) {
        var line = new JsonObject();
        line.add(key, value);
        screen.json(line.toString());
    }

    static JsonElement json(MessageOrBuilder message) {
        try {
            return JsonParser.parseString(PRINTER.print(message));
        } catch (InvalidProtocolBufferException e) {
            // A status of a newer daemon may have a detail whose type this command does not know.
            var unprintable = new JsonObject();
            unprintable.addProperty("unprintable", e.getMessage());
            return unprintable;
        }
    }
}
