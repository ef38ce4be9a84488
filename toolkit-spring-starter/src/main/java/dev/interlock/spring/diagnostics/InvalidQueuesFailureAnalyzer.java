package dev.interlock.spring.diagnostics;

import dev.interlock.spring.InvalidQueuesException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lists what is wrong with queues and their handlers, one problem a line. */
final class InvalidQueuesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidQueuesException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidQueuesException cause) {
        StringBuilder description = new StringBuilder("Interlock cannot work these queues as declared:\n");
        cause.problems().forEach(problem -> description.append("\n    - ").append(problem));
        return new FailureAnalysis(description.toString(), "Follow the remedy at the end of each line.", cause);
    }
}
