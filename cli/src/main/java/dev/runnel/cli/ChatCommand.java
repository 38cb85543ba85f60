package dev.runnel.cli;

import dev.runnel.v1.ApprovalMode;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.TextStyle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `runnel chat`: a Markdown file as one message of a conversation.
@Command(
        name = "chat",
        description = "Says a Markdown file as a model's message, and runs its blocks as a conversation does.",
        footer = {
            "",
            "Exits with 0 when the turn succeeded, otherwise as `runnel run` would.",
            "Ctrl-C interrupts the turn, twice leaves.",
            "",
            "Example: runnel chat --approve --text autogen examples/sales-report.md",
        })
final class ChatCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "The Markdown file.")
    private Path file = Path.of("");

    @Option(names = "--approve", description = "Ask before each block is run. Without a terminal each is denied.")
    private boolean approve;

    @Option(
            names = "--text",
            paramLabel = "STYLE",
            description = "At the end, print what a model is told: ${COMPLETION-CANDIDATES}.")
    private Optional<Style> text = Optional.empty();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    /// In whose words a model is told.
    enum Style {
        runnel(TextStyle.TEXT_STYLE_RUNNEL),
        autogen(TextStyle.TEXT_STYLE_AUTOGEN),
        ag2(TextStyle.TEXT_STYLE_AG2);

        private final TextStyle style;

        Style(TextStyle style) {
            this.style = style;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var markdown = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        var spec = ConversationSpec.newBuilder()
                .setNewSession(limits.session())
                .setApproval(approve ? ApprovalMode.APPROVAL_MODE_PERSON : ApprovalMode.APPROVAL_MODE_NONE);
        text.ifPresent(style -> spec.setTextStyle(style.style));
        var person = approve ? AtTerminal.ofThisProcess() : Optional.<ApprovalDesk.Person>empty();
        try (var access = DaemonAccess.open(daemon);
                var stream = access.client().converse(spec.build())) {
            var chat = new Chat(stream, Screen.ofThisProcess(), person, InstantSource.system(), text.isPresent());
            CtrlC.install(chat::interrupt, () -> Runtime.getRuntime().exit(ExitCode.CANCELLED));
            return chat.say(markdown);
        }
    }
}
