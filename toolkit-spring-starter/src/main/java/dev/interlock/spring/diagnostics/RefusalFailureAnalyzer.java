package dev.interlock.spring.diagnostics;

import dev.interlock.guard.InvalidGuardException;
import dev.interlock.postgres.SchemaException;
import dev.interlock.spring.InvalidQueuesException;
import dev.interlock.spring.UnusableDatabaseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Tells every refusal of the toolkit's own in one report. A new kind of refusal is one more entry. */
final class RefusalFailureAnalyzer implements FailureAnalyzer {

    static final List<Refusal<?>> REFUSALS = List.of(
            new Refusal<>(
                    InvalidGuardException.class,
                    refused -> Refusal.list("Interlock cannot guard these methods as annotated:", refused.problems()),
                    refused ->
                            "Follow the remedy at the end of each line. Every problem that start-up can find is listed, so one"
                                    + " round should do."),
            new Refusal<>(
                    InvalidQueuesException.class,
                    refused -> Refusal.list("Interlock cannot work these queues as declared:", refused.problems()),
                    refused -> "Follow the remedy at the end of each line."),
            new Refusal<>(UnusableDatabaseException.class, Throwable::getMessage, DatabaseRemedy::of),
            new Refusal<>(SchemaException.class, Throwable::getMessage, DatabaseRemedy::of));

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            for (Refusal<?> refusal : REFUSALS) {
                if (refusal.type().isInstance(cause)) {
                    return refusal.analyze(cause);
                }
            }
        }
        return null;
    }
}
