package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.WorkspacePath;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A program of the contract: its files and its argv.
public record Command(List<InputFile> files, List<String> argv) {
    public Command {
        files = List.copyOf(files);
        argv = List.copyOf(argv);
    }

    /// Without files.
    public static Command of(String... argv) {
        return new Command(List.of(), List.of(argv));
    }

    /// A source file and the interpreter's command for it.
    public static Command source(String name, String source, String... argv) {
        var file = new InputFile(WorkspacePath.of(name), 0600, Content.of(source.getBytes(StandardCharsets.UTF_8)));
        return new Command(List.of(file), List.of(argv));
    }
}
