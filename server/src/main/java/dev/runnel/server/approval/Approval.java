package dev.runnel.server.approval;

import dev.runnel.server.watch.Watched;

/// A question, or how it ended.
public sealed interface Approval extends Watched permits Question, Decided {}
