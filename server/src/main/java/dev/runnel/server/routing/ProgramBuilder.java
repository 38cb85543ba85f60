package dev.runnel.server.routing;

import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ProgramSpec;
import dev.runnel.server.refusal.RefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes a program as a client describes it into files, a command and an environment.
record ProgramBuilder(Language language, ProgramSpec spec, WorkspacePath file) {
    private static final int SOURCE_MODE = 0644;

    ProgramBuilder(Language language, ProgramSpec spec) {
        this(language, spec, spec.file().orElseGet(() -> WorkspacePath.of(language.mainFile())));
    }

    Program build(Contents contents, RunLimits limits) throws RefusedException {
        return new Program(
                files(contents),
                command(),
                environment(),
                spec.workingDirectory(),
                spec.mergeStderr(),
                limits,
                warmStart());
    }

    /// How a warm interpreter may run it; absent when only a cold start will do.
    Optional<Program.WarmStart> warmStart() {
        return WarmStarts.of(language, spec, file);
    }

    private List<InputFile> files(Contents contents) throws RefusedException {
        var files = new ArrayList<InputFile>();
        for (var asked : spec.files()) {
            if (asked.path().equals(file)) {
                throw RefusedException.fieldInvalid(
                        "spec.program.files[" + files.size() + "].path", "is the program's own file");
            }
            files.add(new InputFile(asked.path(), asked.mode(), contents.open(asked.content())));
        }
        files.add(new InputFile(file, SOURCE_MODE, contents.open(spec.source())));
        return files;
    }

    private List<String> command() {
        var argv = new ArrayList<String>();
        for (var word : language.command()) {
            argv.add(word.replace("{prelude}", language.preludePath()).replace("{file}", fromWorkingDirectory()));
        }
        argv.addAll(1, spec.interpreterFlags());
        argv.addAll(spec.arguments());
        return argv;
    }

    /// The program's file as the program's directory sees it. One whose name begins with `-` is not an option.
    private String fromWorkingDirectory() {
        var directory = parts(spec.workingDirectory());
        var path = parts(file);
        var shared = 0;
        while (shared < directory.size()
                && shared < path.size() - 1
                && directory.get(shared).equals(path.get(shared))) {
            shared++;
        }
        var relative = "../".repeat(directory.size() - shared) + String.join("/", path.subList(shared, path.size()));
        return relative.startsWith("-") ? "./" + relative : relative;
    }

    private static List<String> parts(WorkspacePath path) {
        return path.isRoot() ? List.of() : List.of(path.value().split("/", -1));
    }

    private Map<String, String> environment() throws RefusedException {
        var environment = new HashMap<String, String>();
        if (spec.buffering() == Buffering.LINE) {
            language.environment()
                    .forEach(
                            (name, value) -> environment.put(name, value.replace("{prelude}", language.preludePath())));
        }
        spec.environment().forEach((name, value) -> environment.merge(name, value, (_, _) -> joined(name, value)));
        for (var secret : spec.secretEnvironment().entrySet()) {
            var name = secret.getKey();
            if (spec.environment().containsKey(name)) {
                throw RefusedException.fieldInvalid(
                        "spec.program.secret_env", "has a name that stands in spec.program.env as well");
            }
            var value = secret.getValue().reveal();
            environment.merge(name, value, (_, _) -> joined(name, value));
        }
        return environment;
    }

    /// A client's search path goes behind the prelude's, which must be found first; anything else replaces what the
    /// language sets.
    private String joined(String name, String value) {
        var languages = language.environment().getOrDefault(name, "");
        if (!languages.contains("{prelude}")) {
            return value;
        }
        var separator = name.endsWith("PATH") ? ":" : " ";
        return languages.replace("{prelude}", language.preludePath()) + separator + value;
    }
}
