package dev.interlock.spring.diagnostics;

import dev.interlock.guard.InvalidGuardException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lists what is wrong with guarded methods, one problem a line. */
final class InvalidGuardFailureAnalyzer extends AbstractFailureAnalyzer<InvalidGuardException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidGuardException cause) {
        StringBuilder description = new StringBuilder("Interlock cannot guard these methods as annotated:\n");
        cause.problems().forEach(problem -> description.append("\n    - ").append(problem));
        return new FailureAnalysis(
                description.toString(),
                "Follow the remedy at the end of each line. Every problem that start-up can find is listed, so one round"
                        + " should do.",
                cause);
    }
}
