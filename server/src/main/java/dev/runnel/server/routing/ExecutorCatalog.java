package dev.runnel.server.routing;

import dev.runnel.executors.spi.Executor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The executors there are, and which to prefer. Immutable.
public final class ExecutorCatalog {
    private final List<Candidate> preferred = new ArrayList<>();
    private final List<Candidate> onlyByName = new ArrayList<>();

    /// Starts to probe them all.
    ///
    /// @param executors not closed
    /// @param preference names, best first; those of executors that are switched off are passed over
    public ExecutorCatalog(List<? extends Executor> executors, List<String> preference) {
        var all = executors.stream().map(Candidate::new).toList();
        for (var name : preference) {
            all.stream().filter(candidate -> candidate.name().equals(name)).forEach(preferred::add);
        }
        all.stream().filter(candidate -> !preferred.contains(candidate)).forEach(onlyByName::add);
    }

    /// Those to try for a request that names none, best first.
    List<Candidate> preferred() {
        return List.copyOf(preferred);
    }

    /// All, the preferred ones first.
    public List<Candidate> all() {
        var all = new ArrayList<>(preferred);
        all.addAll(onlyByName);
        return all;
    }

    Optional<Candidate> find(String name) {
        return all().stream().filter(candidate -> candidate.name().equals(name)).findFirst();
    }
}
