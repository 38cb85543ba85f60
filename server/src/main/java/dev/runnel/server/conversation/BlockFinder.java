package dev.runnel.server.conversation;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.markdown.CodeBlock;
import dev.runnel.markdown.MarkdownBlocks;
import dev.runnel.server.conversation.ConversationSpec.Selection;
import dev.runnel.server.routing.Languages;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Finds the blocks of messages, and which of them are to run. Used by one thread.
final class BlockFinder {
    /// Of a turn. All of them are told in one event.
    static final int MAX_BLOCKS = 256;

    /// Characters of the code in older messages, beyond which the oldest are forgotten: with a message they fit into
    /// one
    /// event.
    private static final int REMEMBERED = 256 << 10;

    private final ConversationSpec spec;
    private final Languages languages;
    private final Deque<List<FoundBlock>> older = new ArrayDeque<>();
    private int messages;

    BlockFinder(ConversationSpec spec, Languages languages) {
        this.spec = spec;
        this.languages = languages;
    }

    /// The blocks of a turn, in the order in which they would run.
    List<FoundBlock> find(Input.Action.Turn turn) {
        return switch (turn) {
            case Input.Action.RunBlocks given ->
                given.blocks().stream().map(this::given).toList();
            case Input.Action.Message message -> ofMessage(message);
        };
    }

    private FoundBlock given(Input.Source source) {
        return decided(new FoundBlock(
                -1, named(source.language()), source.code(), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    private List<FoundBlock> ofMessage(Input.Action.Message message) {
        var number = messages++;
        var blocks = MarkdownBlocks.extract(message.markdown(), spec.dialect()).stream()
                .map(block -> found(number, block))
                .toList();
        if (!message.role().equals(spec.role())) {
            return blocks.stream().map(block -> block.leaveOut(SkipReason.ROLE)).toList();
        }
        return switch (spec.selection()) {
            case Selection.All _ -> blocks;
            case Selection.Last _ -> onlyLast(blocks);
            case Selection.LastMessages(var count) -> withOlder(blocks, count);
            case Selection.NewestWithBlocks _ -> blocks.isEmpty() ? withOlder(blocks, 2) : replaceOlder(blocks);
        };
    }

    private static List<FoundBlock> onlyLast(List<FoundBlock> blocks) {
        var all = new ArrayList<>(blocks);
        for (var i = 0; i < all.size() - 1; i++) {
            all.set(i, all.get(i).leaveOut(SkipReason.NOT_SELECTED));
        }
        return all;
    }

    private List<FoundBlock> replaceOlder(List<FoundBlock> blocks) {
        older.clear();
        older.addLast(blocks);
        return blocks;
    }

    private List<FoundBlock> withOlder(List<FoundBlock> blocks, int count) {
        if (spec.selection() instanceof Selection.LastMessages) {
            older.addLast(blocks);
        }
        while (older.size() > count || (older.size() > 1 && remembered() > REMEMBERED)) {
            older.removeFirst();
        }
        return older.stream().flatMap(List::stream).toList();
    }

    private long remembered() {
        return older.stream()
                .flatMap(List::stream)
                .mapToLong(block -> block.code().length())
                .sum();
    }

    private FoundBlock found(int message, CodeBlock block) {
        var written = block.languageAsWritten().or(spec::defaultLanguage);
        var found = new FoundBlock(
                message,
                written.map(this::named).orElse(""),
                block.code(),
                Optional.of(block.block()),
                block.fileName(),
                block.closed() ? Optional.empty() : Optional.of(SkipReason.UNCLOSED));
        return decided(written.isEmpty() ? found.skip(SkipReason.NO_LANGUAGE) : found);
    }

    private String named(String language) {
        return languages.find(language).map(Language::name).orElse(language);
    }

    private FoundBlock decided(FoundBlock block) {
        if (spec.executionOff()) {
            return block.leaveOut(SkipReason.EXECUTION_OFF);
        }
        var language = languages.find(block.language());
        if (block.language().isEmpty() || language.filter(this::isAllowed).isPresent()) {
            var outside = block.fileName().isPresent() && file(block).isEmpty();
            return outside ? block.skip(SkipReason.FILE_NAME) : block;
        }
        return block.skip(SkipReason.UNKNOWN_LANGUAGE);
    }

    private boolean isAllowed(Language language) {
        return spec.languages().isEmpty()
                || spec.languages().stream()
                        .flatMap(name -> languages.find(name).stream())
                        .anyMatch(language::equals);
    }

    /// The file that a block names; absent also where it leaves the workspace.
    static Optional<WorkspacePath> file(FoundBlock block) {
        try {
            return block.fileName().map(WorkspacePath::of).filter(path -> !path.isRoot());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
