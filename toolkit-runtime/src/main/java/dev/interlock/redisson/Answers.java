package dev.interlock.redisson;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** How this backend asks Redisson: a command that is refused on the spot fails like one that is refused later. */
final class Answers {

    private static final String DETAILS = ". channel";

    private Answers() {}

    static <T> CompletableFuture<T> to(Supplier<? extends CompletionStage<T>> command) {
        try {
            return command.get().toCompletableFuture();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /**
     * The answer if it comes in time and is not a failure. For questions that must not be cut short, as those before a commit:
     * an interrupt does not end the wait, and the flag is set again.
     */
    static <T> Optional<T> within(CompletableFuture<T> answer, long nanos) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return Optional.of(answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
                } catch (InterruptedException interrupt) {
                    interrupted = true;
                } catch (ExecutionException | CancellationException | TimeoutException unanswered) {
                    return Optional.empty();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What Redis or Redisson said, without the connection and the arguments that Redisson adds. */
    static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        int details = message.indexOf(DETAILS);
        return cause.getClass().getSimpleName() + ": " + (details < 0 ? message : message.substring(0, details));
    }

    /** What really went wrong, below the wrappers of futures. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
