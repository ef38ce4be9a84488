package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import dev.interlock.guard.Backoff;
import java.util.function.Consumer;

/** What the numbers of a retry must be like, in an annotation and in code. */
final class RetryRules {

    private RetryRules() {}

    /** @param problems receives each broken rule with its remedy */
    static void check(RetryTerms terms, Consumer<String> problems) {
        Backoff backoff = terms.backoff();
        if (terms.maxRetries() < 0) {
            problems.accept("maxRetries = " + terms.maxRetries() + " is negative; 0 means that nothing is retried");
        }
        if (terms.on().isEmpty()) {
            problems.accept("on is empty, so nothing would be retried; name at least one kind of conflict");
        }
        boolean unique = terms.on().contains(Conflict.UNIQUE);
        if (unique && terms.constraints().isEmpty()) {
            problems.accept(
                    "UNIQUE needs the names of the constraints whose violation may be retried, in constraints; the"
                            + " violation of any other is an error that another attempt would meet again");
        }
        if (!unique && !terms.constraints().isEmpty()) {
            problems.accept("constraints have no effect without UNIQUE in on");
        }
        if (!(backoff.multiplier() >= 1) || Double.isInfinite(backoff.multiplier())) {
            problems.accept("multiplier = " + backoff.multiplier() + " is not a number from 1 on");
        }
        if (backoff.delay().compareTo(backoff.maxDelay()) > 0) {
            problems.accept("delay is longer than maxDelay; make it at most as long");
        }
        if (terms.timeout().isZero()) {
            problems.accept(
                    "timeout is zero, so nothing would be retried; write how long all retries may take together");
        }
        if (terms.escalateAfter() < 0 || terms.escalateAfter() > 0 && terms.escalateAfter() > terms.maxRetries()) {
            problems.accept("escalateAfter = " + terms.escalateAfter() + " is not reached with maxRetries = "
                    + terms.maxRetries() + "; choose a number from 1 to maxRetries, or 0 for never");
        }
    }
}
