package dev.runnel.server.routing;

import dev.runnel.executors.spi.Content;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.content.HeldContent;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.Plan;
import dev.runnel.server.refusal.RefusedException;
import java.util.ArrayList;
import java.util.List;

/// The bytes that a spec names, all held until this is closed. Not thread-safe.
final class Contents implements Plan.ContentHold {
    private final ContentStore store;
    private final Tenant tenant;
    private final List<HeldContent> held = new ArrayList<>();

    Contents(ContentStore store, Tenant tenant) {
        this.store = store;
        this.tenant = tenant;
    }

    /// The bytes themselves.
    ///
    /// @throws RefusedException when they were uploaded and are not there (any more)
    Content open(ContentSource source) throws RefusedException {
        var inline = source.inline();
        if (inline.isPresent()) {
            return Content.of(inline.get());
        }
        var content = store.hold(tenant, source.digest());
        held.add(content);
        return content.content();
    }

    @Override
    public void close() {
        held.forEach(HeldContent::close);
    }
}
