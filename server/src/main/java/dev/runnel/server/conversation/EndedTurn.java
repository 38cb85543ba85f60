package dev.runnel.server.conversation;

import java.util.List;

/// A turn that has ended.
///
/// @param number from 1
/// @param text what a model is told of it
/// @param executions ids of those that its blocks were
public record EndedTurn(
        int number, Input.Action.Turn said, String text, int blocksRun, boolean succeeded, List<String> executions) {
    public EndedTurn {
        executions = List.copyOf(executions);
    }
}
