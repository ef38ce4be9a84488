package dev.interlock.benchmark.retry;

import dev.interlock.annotation.Jitter;
import dev.interlock.annotation.RetryOnConflict;
import java.sql.SQLException;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.retry.annotation.Backoff;

/** A sum whose attempts meet a conflict as often as asked, with the retry of each library. Not thread-safe. */
public class Tally {

    static final int MAX_RETRIES = 3;

    /** Made once: to fill in a stack trace takes longer than what is compared. */
    private static final ConcurrencyFailureException CONFLICT =
            new CannotAcquireLockException("serialization", new SQLException("serialization", "40001"));

    private final int attemptsPerConflict;
    private int attemptsLeft;
    private long sum;

    /** @param attemptsPerConflict 0 for no conflict at all */
    Tally(int attemptsPerConflict) {
        this.attemptsPerConflict = attemptsPerConflict;
        this.attemptsLeft = attemptsPerConflict;
    }

    public Long plain(Long amount) {
        if (attemptsPerConflict > 0 && --attemptsLeft == 0) {
            attemptsLeft = attemptsPerConflict;
            throw CONFLICT;
        }
        return sum += amount;
    }

    @RetryOnConflict(maxRetries = MAX_RETRIES, delay = "0s", maxDelay = "0s", jitter = Jitter.NONE)
    public Long interlock(Long amount) {
        return plain(amount);
    }

    @org.springframework.resilience.annotation.Retryable(
            includes = ConcurrencyFailureException.class,
            maxRetries = MAX_RETRIES,
            delay = 0)
    public Long springFramework(Long amount) {
        return plain(amount);
    }

    @org.springframework.retry.annotation.Retryable(
            retryFor = ConcurrencyFailureException.class,
            maxAttempts = MAX_RETRIES + 1,
            backoff = @Backoff(delay = 0))
    public Long springRetry(Long amount) {
        return plain(amount);
    }
}
