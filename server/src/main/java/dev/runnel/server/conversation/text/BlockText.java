package dev.runnel.server.conversation.text;

/// What a model is told of one block.
///
/// @param language its own name, or as written; empty if the block names none
/// @param output everything it wrote, or an [OutputExcerpt]'s text; empty if it was not run
public record BlockText(String language, BlockEnd end, String output) {}
