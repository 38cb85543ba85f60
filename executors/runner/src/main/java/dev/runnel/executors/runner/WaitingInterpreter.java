package dev.runnel.executors.runner;

/// An interpreter that is started in a plain sandbox before the first program is there, and waits for it. Any other
/// first program ends it.
///
/// @param interpreter of whatever kind, it waits; how many are made ahead is somebody else's affair
/// @param memoryWatched whether the runner's watchdog bounds its program's memory, as
///     [ProgramDefaults#watchdogMemory()] says
public record WaitingInterpreter(NurserySettings.Interpreter interpreter, boolean memoryWatched) {}
