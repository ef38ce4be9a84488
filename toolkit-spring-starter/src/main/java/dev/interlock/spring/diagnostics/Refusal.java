package dev.interlock.spring.diagnostics;

import java.util.List;
import java.util.function.Function;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * How one kind of refusal is told.
 *
 * @param type what is thrown
 * @param description what is wrong, where, and the rule
 * @param action the remedy
 */
record Refusal<T extends Throwable>(
        Class<T> type, Function<? super T, String> description, Function<? super T, String> action) {

    FailureAnalysis analyze(Throwable failure) {
        T refused = type.cast(failure);
        return new FailureAnalysis(description.apply(refused), action.apply(refused), refused);
    }

    /** One problem a line. */
    static String list(String introduction, List<String> problems) {
        StringBuilder text = new StringBuilder(introduction).append('\n');
        problems.forEach(problem -> text.append("\n    - ").append(problem));
        return text.toString();
    }
}
