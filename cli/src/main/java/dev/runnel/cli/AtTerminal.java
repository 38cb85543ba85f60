package dev.runnel.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Who sits at this process's terminal.
record AtTerminal(BufferedReader in) implements ApprovalDesk.Person {
    /// Absent when this process has no terminal to read and to write.
    static Optional<ApprovalDesk.Person> ofThisProcess() {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(_ -> new AtTerminal(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))));
    }

    /// What was typed before the question is no answer to it.
    @Override
    public void look() throws IOException {
        while (in.ready()) {
            var _ = in.read();
        }
    }

    @Override
    public Optional<String> answer() throws IOException {
        return Optional.ofNullable(in.readLine());
    }
}
