package dev.runnel.cli;

import dev.runnel.client.RunnelException;
import dev.runnel.markdown.MarkdownBlocks;
import dev.runnel.v1.CreateSessionRequest;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `runnel run`: the fenced blocks of a Markdown file, in order, in one session.
@Command(
        name = "run",
        description = "Runs the fenced code blocks of a Markdown file, in order, in one workspace.",
        footer = {
            "",
            "Stops at the first block that does not exit with 0, and exits as `runnel exec` would for it.",
            "Blocks without a language and blocks that are not closed are reported and not run.",
            "",
            "Example: runnel run examples/sales-report.md",
        })
final class RunCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Parameters(index = "0", paramLabel = "FILE", description = "The Markdown file; - is standard input.")
    private String file = STANDARD_INPUT;

    @Option(
            names = "--lang",
            paramLabel = "LANG",
            split = ",",
            description = "Run only blocks of these languages, written as in the file; may be repeated.")
    private List<String> languages = new ArrayList<>();

    @Mixin
    private ExecutionOptions options = new ExecutionOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var screen = Screen.ofThisProcess();
        var document = BlockPlan.of(MarkdownBlocks.extract(readFile()), languages);
        var spec = options.session().setLanguage(document.language()).build();
        var carried = options.folder();
        Report report = options.json() ? new MachineReport(new JsonLines(screen)) : new PersonReport(screen);
        if (document.isEmpty()) {
            throw new UsageException(file + " has no fenced code block");
        }
        try (var access = DaemonAccess.open(options.daemon())) {
            var client = access.client();
            document.check(client.capabilities());
            var session = client.createSession(
                            CreateSessionRequest.newBuilder().setSpec(spec).build())
                    .getSession();
            try {
                return new BlockRun(client, session.getSessionId(), options.program(), carried, report).run(document);
            } finally {
                deleteQuietly(access, session.getSessionId());
            }
        }
    }

    private static void deleteQuietly(DaemonAccess access, String sessionId) {
        try {
            access.client().deleteSession(sessionId);
        } catch (RunnelException _) {
            // Its idle time ends it.
        }
    }

    private String readFile() throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return Source.read(new FileInputStream(FileDescriptor.in), "standard input")
                    .bytes()
                    .toStringUtf8();
        }
        return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
    }
}
