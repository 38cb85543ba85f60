package dev.runnel.executors.runner;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Problem;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.runner.v1.FileError;

/// Turns a runner's FileError into the exception that tells of it.
final class FileRefusal {
    private FileRefusal() {}

    /// @param cell where the file was wanted
    static SandboxException of(WorkspacePath path, FileError error, long cell) throws ProtocolViolationException {
        return switch (error.getProblem()) {
            case FILE_PROBLEM_NOT_FOUND -> refused(path, Problem.NOT_FOUND);
            case FILE_PROBLEM_NOT_A_REGULAR_FILE -> refused(path, Problem.NOT_A_REGULAR_FILE);
            case FILE_PROBLEM_LINK_ON_THE_WAY -> refused(path, Problem.LINK_ON_THE_WAY);
            case FILE_PROBLEM_NO_SPACE -> refused(path, Problem.NO_SPACE);
            case FILE_PROBLEM_TOO_LARGE -> refused(path, Problem.TOO_LARGE);
            case FILE_PROBLEM_PERMISSION_DENIED -> refused(path, Problem.PERMISSION_DENIED);
            // Only a program that runs can change a file meanwhile, and files are read between runs.
            case FILE_PROBLEM_OTHER, FILE_PROBLEM_CHANGED -> refused(path, Problem.OTHER);
            case FILE_PROBLEM_NO_CELL -> noCell(cell, error.getErrnoNumber());
            case FILE_PROBLEM_UNSPECIFIED, UNRECOGNIZED ->
                throw new ProtocolViolationException("file problem " + error.getProblemValue());
        };
    }

    /// The cell that something was wanted in could not be had.
    static SandboxException noCell(long cell, int errno) throws ProtocolViolationException {
        if (cell == 0) {
            throw new ProtocolViolationException("no cell, where none was asked for");
        }
        return new SandboxException(
                new Reason.Unavailable(), "the sandbox could not make its cell (errno " + errno + ")");
    }

    private static SandboxException refused(WorkspacePath path, Problem problem) {
        var why = switch (problem) {
            case NOT_FOUND -> "it is not there";
            case NOT_A_REGULAR_FILE -> "it is not a regular file";
            case LINK_ON_THE_WAY -> "its path leads through a link or out of the workspace";
            case NO_SPACE -> "the workspace is full";
            case TOO_LARGE -> "it is larger than allowed";
            case PERMISSION_DENIED -> "its permissions forbid it";
            case OTHER -> "the sandbox could not";
        };
        return new SandboxException(
                new Reason.FileRefused(path, problem), "the file '" + path + "' of the workspace was refused: " + why);
    }
}
