package dev.runnel.server.approval;

import dev.runnel.server.paging.PageRequest;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Somebody who asks on a thread of its own.
final class Asker {
    private final FutureTask<Verdict> answer;
    private final Thread thread;

    private Asker(Approvals approvals, Question question) {
        answer = new FutureTask<>(() -> approvals.ask(question));
        thread = Thread.ofVirtual().unstarted(answer);
    }

    /// Asks, and returns when the question waits.
    static Asker asks(Approvals approvals, Question question) throws Exception {
        var asker = new Asker(approvals, question);
        asker.thread.start();
        while (!approvals
                .list(question.tenant(), new PageRequest(0, Optional.empty()), Integer.MAX_VALUE)
                .items()
                .contains(question)) {
            Thread.onSpinWait();
        }
        return asker;
    }

    void interrupt() {
        thread.interrupt();
    }

    Verdict verdict() throws InterruptedException, ExecutionException {
        return answer.get();
    }
}
