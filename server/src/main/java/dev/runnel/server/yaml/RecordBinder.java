package dev.runnel.server.yaml;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Nodes to records, by reflection on the records' components.
final class RecordBinder {
    private final String source;

    RecordBinder(String source) {
        this.source = source;
    }

    <R extends Record> R bind(Class<R> type, Optional<Node> document) throws YamlException {
        return type.cast(record(type, document.orElse(null), ""));
    }

    /// The key of a component: `wallTime` is `wall_time`, if it has no [Key].
    static String key(RecordComponent component) {
        var key = component.getAnnotation(Key.class);
        if (key != null) {
            return key.value();
        }
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private Object record(Class<?> type, @Nullable Node node, String path) throws YamlException {
        var entries =
                node == null || YamlNodes.isNull(node) ? new LinkedHashMap<String, NodeTuple>() : entries(node, path);
        var components = type.getRecordComponents();
        refuseUnknown(entries, components, path);
        var arguments = new Object[components.length];
        for (var i = 0; i < components.length; i++) {
            arguments[i] = component(components[i], entries, path, node);
        }
        return construct(type, components, arguments, node, path);
    }

    private Object component(
            RecordComponent component, Map<String, NodeTuple> entries, String path, @Nullable Node section)
            throws YamlException {
        var key = key(component);
        var type = component.getGenericType();
        var entry = entries.get(key);
        if (entry != null) {
            return value(type, entry.getValueNode(), join(path, key));
        }
        var standard = component.getAnnotation(Default.class);
        if (standard != null) {
            var written = YamlNodes.compose("the default of " + join(path, key), standard.value())
                    .orElseThrow(() -> new IllegalStateException("empty default of " + join(path, key)));
            return value(type, written, join(path, key));
        }
        if (raw(type) == Optional.class) {
            return Optional.empty();
        }
        if (raw(type).isRecord()) {
            return record(raw(type), null, join(path, key));
        }
        throw problem(join(path, key), "is missing", section);
    }

    private Object value(Type type, Node node, String path) throws YamlException {
        var raw = raw(type);
        if (raw == Optional.class) {
            return YamlNodes.isNull(node) ? Optional.empty() : Optional.of(value(argument(type, 0), node, path));
        }
        if (raw == List.class) {
            return list(argument(type, 0), node, path);
        }
        if (raw == Map.class || raw == SequencedMap.class) {
            return map(argument(type, 1), node, path);
        }
        if (raw.isRecord() && !isScalar(raw)) {
            return record(raw, node, path);
        }
        return scalar(raw, node, path);
    }

    private Object scalar(Class<?> type, Node node, String path) throws YamlException {
        if (!(node instanceof ScalarNode scalar)) {
            throw problem(path, "expected a single value, found " + YamlNodes.kind(node), node);
        }
        if (YamlNodes.isNull(node)) {
            throw problem(path, "has no value", node);
        }
        try {
            return ScalarParsers.parse(type, scalar.getValue());
        } catch (IllegalArgumentException e) {
            throw problem(path, e.getMessage(), node);
        }
    }

    private List<Object> list(Type element, Node node, String path) throws YamlException {
        if (!(node instanceof SequenceNode sequence)) {
            throw problem(path, "expected a list, found " + YamlNodes.kind(node), node);
        }
        var elements = new ArrayList<>();
        for (var child : sequence.getValue()) {
            elements.add(value(element, child, path + "[" + elements.size() + "]"));
        }
        return elements;
    }

    private Map<String, Object> map(Type element, Node node, String path) throws YamlException {
        var values = new LinkedHashMap<String, Object>();
        for (var entry : entries(node, path).entrySet()) {
            values.put(entry.getKey(), value(element, entry.getValue().getValueNode(), join(path, entry.getKey())));
        }
        return values;
    }

    private Map<String, NodeTuple> entries(Node node, String path) throws YamlException {
        if (!(node instanceof MappingNode mapping)) {
            throw problem(path, "expected keys and values, found " + YamlNodes.kind(node), node);
        }
        var entries = new LinkedHashMap<String, NodeTuple>();
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw problem(path, "a key must be text, found " + YamlNodes.kind(tuple.getKeyNode()), node);
            }
            if (entries.put(key.getValue(), tuple) != null) {
                throw problem(join(path, key.getValue()), "is there twice", key);
            }
        }
        return entries;
    }

    private void refuseUnknown(Map<String, NodeTuple> entries, RecordComponent[] components, String path)
            throws YamlException {
        var known = Arrays.stream(components).map(RecordBinder::key).toList();
        for (var entry : entries.entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw problem(
                        join(path, entry.getKey()),
                        "unknown key (did you mean '" + NearestName.to(entry.getKey(), known) + "'?)",
                        entry.getValue().getKeyNode());
            }
        }
    }

    private Object construct(
            Class<?> type, RecordComponent[] components, Object[] arguments, @Nullable Node node, String path)
            throws YamlException {
        var parameters = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true); // a record of another package need not be public
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidKeyException invalid) {
                throw problem(join(path, invalid.key()), invalid.getMessage(), deepest(node, invalid.key()));
            }
            if (e.getCause() instanceof IllegalArgumentException invalid) {
                throw problem(path, invalid.getMessage(), node);
            }
            throw new IllegalStateException("making a " + type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("making a " + type.getName(), e);
        }
    }

    /// The node on the way to `key` that is furthest down: where a person should look.
    private static @Nullable Node deepest(@Nullable Node node, String key) {
        var found = node;
        for (var part : key.split("\\.", -1)) {
            if (!(found instanceof MappingNode mapping)) {
                return found;
            }
            var next = mapping.getValue().stream()
                    .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode name
                            && name.getValue().equals(part))
                    .findFirst();
            if (next.isEmpty()) {
                return found;
            }
            found = next.get().getValueNode();
        }
        return found;
    }

    private YamlException problem(String path, @Nullable String problem, @Nullable Node node) {
        var where = path.isEmpty() ? source : source + ": " + path;
        return new YamlException(where + ": " + problem + (node == null ? "" : YamlNodes.line(node)));
    }

    private static boolean isScalar(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .anyMatch(method -> method.getName().equals("parse"));
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType parameterized ? parameterized.getRawType() : type);
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
