package dev.runnel.cli;

import dev.runnel.client.RunnelClient;
import dev.runnel.v1.Artifact;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Program;
import dev.runnel.v1.StandardInput;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `runnel exec`: one program, its output as its own, its exit code as its own.
@Command(
        name = "exec",
        description = "Runs one program in a sandbox of its own.",
        footer = {
            "",
            "Exit code: the program's own; 128 + N when signal N ended it; 122 output limit; 124 time limit;",
            "130 cancelled; 137 memory limit; 121 when Runnel itself failed. --json tells them apart.",
            "",
            "Examples:",
            "  runnel exec python -c 'print(6 * 7)'",
            "  runnel exec bash build.sh --dir . --timeout 30s --memory 512MiB",
            "  echo 'console.log(1)' | runnel exec javascript",
        })
final class ExecCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Parameters(index = "0", paramLabel = "LANG", description = "The language, such as python, bash or javascript.")
    private String language = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "The program; - is standard input.")
    private String file = STANDARD_INPUT;

    @Option(
            names = {"-c", "--code"},
            paramLabel = "TEXT",
            description = "The program itself, instead of FILE.")
    private Optional<String> code = Optional.empty();

    @Option(names = "--arg", paramLabel = "A", description = "An argument of the program; may be repeated.")
    private List<String> arguments = new ArrayList<>();

    @Option(
            names = "--stdin",
            paramLabel = "FILE",
            description = "What the program reads; - carries this command's own input while it runs. Default: nothing.")
    private Optional<String> input = Optional.empty();

    @Option(names = "--env", paramLabel = "K=V", description = "A variable of the program; may be repeated.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Option(names = "--name", paramLabel = "FILE", description = "The program's file in the workspace.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--id", paramLabel = "ID", description = "The execution's id. Default: a random one.")
    private Optional<String> id = Optional.empty();

    @Mixin
    private ExecutionOptions options = new ExecutionOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (input.equals(Optional.of(STANDARD_INPUT)) && code.isEmpty() && file.equals(STANDARD_INPUT)) {
            throw new UsageException("standard input can't be both the program and its input: name a FILE or use -c");
        }
        var screen = Screen.ofThisProcess();
        var program = readProgram();
        var spec = spec();
        try (var access = DaemonAccess.open(options.daemon())) {
            var audience =
                    options.json() ? new MachineAudience(new JsonLines(screen)) : new PersonAudience(screen, false);
            return run(access.client(), audience, program, spec);
        }
    }

    private int run(RunnelClient client, Audience audience, Source source, ExecutionSpec.Builder spec)
            throws IOException, InterruptedException {
        var carried = options.folder();
        var program = spec.getProgramBuilder();
        source.putInto(program, client);
        program.setFileName(fileName(carried));
        if (carried.isPresent()) {
            program.addAllFiles(carried.get().carryIn(ContentStore.of(client)));
            if (!carried.get().leftOut().isEmpty()) {
                audience.note("not carried in (links, devices, odd names): "
                        + String.join(", ", carried.get().leftOut()));
            }
            spec.addArtifacts("**");
        }
        if (input.isPresent()) {
            spec.setStandardInput(standardInput(client, input.get()));
        }
        var request = ExecuteRequest.newBuilder()
                .setExecutionId(id.orElseGet(() -> UUID.randomUUID().toString()))
                .setSpec(spec)
                .build();
        var follower = new Follower(client);
        follower.cancelOnCtrlC();
        var pump = new StdinPump(client, request.getExecutionId(), standardInput());
        Runnable onAccepted = spec.getStandardInput().hasKeepOpen() ? pump::start : () -> {};
        var end = follower.follow(client.execute(request), audience, onAccepted);
        if (carried.isPresent()) {
            bringBack(carried.get(), end.artifacts(), program, source, client).forEach(audience::note);
        }
        return end.exitCode();
    }

    private static List<String> bringBack(
            LocalFolder folder, List<Artifact> artifacts, Program.Builder program, Source source, RunnelClient client)
            throws IOException, InterruptedException {
        // Without a name of ours the program lies under the language's, and is no result of its own.
        var own = Digests.of(source.bytes().toByteArray());
        artifacts.stream()
                .filter(artifact -> artifact.getDigest().equals(own))
                .filter(artifact ->
                        program.getFileName().isEmpty() || artifact.getPath().equals(program.getFileName()))
                .forEach(folder::isNoResult);
        return folder.carryOut(artifacts, ContentStore.of(client));
    }

    private ExecutionSpec.Builder spec() {
        var spec = options.execution().toBuilder();
        spec.getProgramBuilder().setLanguage(language).addAllArgs(arguments).putAllEnv(environment);
        return spec;
    }

    private Source readProgram() throws IOException {
        if (code.isPresent()) {
            return Source.of(code.get());
        }
        return file.equals(STANDARD_INPUT) ? Source.read(standardInput(), "standard input") : readFile(Path.of(file));
    }

    private static Source readFile(Path path) throws IOException {
        try (var in = Files.newInputStream(path)) {
            return Source.read(in, path.toString());
        }
    }

    private String fileName(Optional<LocalFolder> carried) throws IOException {
        if (name.isPresent()) {
            return name.get();
        }
        if (code.isPresent() || file.equals(STANDARD_INPUT)) {
            return "";
        }
        var path = Path.of(file);
        var inFolder = carried.isPresent() ? carried.get().nameOf(path) : Optional.<String>empty();
        return inFolder.orElse(String.valueOf(path.getFileName()));
    }

    private static StandardInput standardInput(RunnelClient client, String from)
            throws IOException, InterruptedException {
        return from.equals(STANDARD_INPUT)
                ? StandardInput.newBuilder()
                        .setKeepOpen(StandardInput.KeepOpen.getDefaultInstance())
                        .build()
                : readFile(Path.of(from)).asInput(client);
    }

    private static InputStream standardInput() {
        return new FileInputStream(FileDescriptor.in);
    }
}
