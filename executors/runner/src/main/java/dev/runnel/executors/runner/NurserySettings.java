package dev.runnel.executors.runner;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WarmInterpreter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a nursery makes cells.
///
/// @param root absolute path, inside the nursery, of the tree that becomes the root of every cell
/// @param hidden names in /proc that cells don't show
/// @param interpreters kept warm
/// @param coldAhead cells that wait for a cold start, made ahead
/// @param limits of cells made ahead; a cell that is opened with others has them changed first
/// @param maxCells that may be open at a time
/// @param firstUid the first of `uidCount` uids (and gids, the same numbers) of the nursery's user
///     namespace, one for each concurrent cell
/// @param uidCount with 0 all cells have the runner's own
/// @param assembly how the runner makes the tree itself; absent where whoever made the nursery has
public record NurserySettings(
        String root,
        List<String> hidden,
        List<Interpreter> interpreters,
        int coldAhead,
        CellLimits limits,
        int maxCells,
        int firstUid,
        int uidCount,
        Optional<Assembly> assembly) {
    public NurserySettings {
        hidden = List.copyOf(hidden);
        interpreters = List.copyOf(interpreters);
        if (maxCells < 1 || coldAhead < 0 || firstUid < 0 || uidCount < 0) {
            throw new IllegalArgumentException("maxCells must be 1 or more, counts and uids 0 or more");
        }
    }

    /// The tree is made of what the runner's own root has, a container's image.
    ///
    /// @param copied what of /run it has copies of, by absolute path
    public record Assembly(List<String> copied) {
        public Assembly {
            copied = List.copyOf(copied);
        }
    }

    /// An interpreter kept warm.
    ///
    /// @param name the language's, as in [dev.runnel.executors.spi.Program.WarmStart]
    /// @param argv its command, with the main file it will run
    /// @param environment all of what it starts with
    /// @param ahead cells with it made ahead
    public record Interpreter(
            String name, WarmInterpreter.Kind kind, List<String> argv, Map<String, String> environment, int ahead) {
        /// Where an interpreter finds what it is to import, with commas.
        private static final String PRELOAD = "RUNNEL_PRELOAD";

        public Interpreter {
            argv = List.copyOf(argv);
            environment = Map.copyOf(environment);
            if (name.isEmpty() || argv.isEmpty() || ahead < 0) {
                throw new IllegalArgumentException("an interpreter needs a name and a command, and ahead 0 or more");
            }
        }

        /// A language's.
        ///
        /// @param prelude where what holds it lies in the nursery
        /// @param environment what it is started with besides its own
        public static Interpreter of(
                Language language, WarmInterpreter warm, String prelude, Map<String, String> environment, int ahead) {
            var argv = warm.command().stream()
                    .map(word -> word.replace("{warm}", prelude).replace("{file}", language.mainFile()))
                    .toList();
            var all = new HashMap<>(environment);
            warm.environment().forEach((name, value) -> all.put(name, value.replace("{warm}", prelude)));
            if (!warm.preload().isEmpty()) {
                all.put(PRELOAD, String.join(",", warm.preload()));
            }
            return new Interpreter(language.name(), warm.kind(), argv, all, ahead);
        }
    }

    /// Whether this interpreter is kept warm.
    boolean keeps(String interpreter) {
        return interpreters.stream().anyMatch(each -> each.name().equals(interpreter));
    }
}
