package dev.runnel.server.execution;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.RefusedException;

/// Makes a spec into something that can be run: the language, the executor, each limit, the content it names.
/// Implemented by server.routing.
@FunctionalInterface
public interface Resolver {
    /// Cheap, without side effects but holding content; opens no sandbox. The caller closes the plan.
    ///
    /// @throws RefusedException with what can't be had, and the field that asks for it
    Plan resolve(Tenant tenant, ExecutionSpec spec) throws RefusedException;
}
