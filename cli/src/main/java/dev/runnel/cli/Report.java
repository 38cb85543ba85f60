package dev.runnel.cli;

import dev.runnel.cli.BlockPlan.Step;

/// Whom `runnel run` tells how the blocks of a document go.
interface Report {
    /// A block begins; what follows is its execution.
    ///
    /// @param of how many blocks the document has
    Audience begin(Step.Runs block, int of);

    /// A block was not run, by plan.
    void notRun(Step.NotRun block, int of);

    /// A block was not run because an earlier one did not succeed.
    void skipped(Step.Runs block, int of);

    /// All is over.
    void end(int exitCode, int ran, int skipped);
}
