package dev.runnel.server.conversation.text;

/// In whose words a turn is told.
public enum TextStyle {
    /// Ours: each block with its number, language, end and output. Everything can be read back.
    RUNNEL,
    /// Those of AutoGen 0.7's CodeExecutorAgent: one exit code and one output for all blocks.
    AUTOGEN,
    /// Those of AG2's ConversableAgent, with a line end after `Code output:`, where its documents and the parsers
    /// written from them expect one. Its source has a blank there.
    AG2
}
