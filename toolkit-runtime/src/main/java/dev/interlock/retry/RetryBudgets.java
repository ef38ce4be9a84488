package dev.interlock.retry;

import dev.interlock.guard.Clock;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** One budget for the retries on each DataSource of this JVM. Thread-safe. */
public final class RetryBudgets {

    private static final Object NO_RESOURCE = new Object();

    /**
     * How many retries there may be.
     *
     * @param tokensPerCall retries that every call pays for, zero or more
     * @param capacity most retries at once, 1 or more
     * @param tokensPerSecond retries that there may be in any case, zero or more
     */
    public record Settings(double tokensPerCall, double capacity, double tokensPerSecond) {

        /** One retry for ten calls, a hundred at once, and ten a second in any case. */
        public static final Settings DEFAULT = new Settings(0.1, 100, 10);

        public Settings {
            if (!(tokensPerCall >= 0) || !(capacity >= 1) || !(tokensPerSecond >= 0)) {
                throw new IllegalArgumentException(
                        "tokensPerCall and tokensPerSecond are zero or more and capacity is 1 or more, not "
                                + tokensPerCall + ", " + tokensPerSecond + " and " + capacity);
            }
        }
    }

    private final Settings settings;
    private final Clock clock;
    private final ConcurrentMap<Object, RetryBudget> budgets = new ConcurrentHashMap<>();

    public RetryBudgets(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** @param resource what the transactions of the attempts are bound to; {@code null} if there are none */
    RetryBudget of(@Nullable Object resource) {
        return budgets.computeIfAbsent(
                resource == null ? NO_RESOURCE : resource, any -> new RetryBudget(settings, clock));
    }
}
