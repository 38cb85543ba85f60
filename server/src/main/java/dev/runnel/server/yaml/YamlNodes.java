package dev.runnel.server.yaml;

import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// Text to nodes that know their lines.
final class YamlNodes {
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private YamlNodes() {}

    /// The document's root; absent when the document is empty.
    static Optional<Node> compose(String source, String text) throws YamlException {
        try {
            var settings = LoadSettings.builder()
                    .setLabel(source)
                    .setUseMarks(true)
                    .setAllowRecursiveKeys(false)
                    .build();
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            var line = e.getProblemMark()
                    .map(mark -> ", line " + (mark.getLine() + 1))
                    .orElse("");
            throw new YamlException(source + ": is not YAML: " + e.getProblem() + line, e);
        } catch (YamlEngineException e) {
            throw new YamlException(source + ": is not YAML: " + e.getMessage(), e);
        }
    }

    /// `key:` with nothing behind it, or null in so many words.
    static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.getScalarStyle() == ScalarStyle.PLAIN
                && NULLS.contains(scalar.getValue());
    }

    /// For the end of a message.
    static String line(Node node) {
        return node.getStartMark().map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
    }

    static String kind(Node node) {
        return switch (node.getNodeType()) {
            case SCALAR -> "a single value";
            case SEQUENCE -> "a list";
            case MAPPING -> "a mapping";
            case ANCHOR -> "an alias";
        };
    }
}
