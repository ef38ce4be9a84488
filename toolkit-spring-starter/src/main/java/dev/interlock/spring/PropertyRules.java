package dev.interlock.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** The rules that the types of the properties cannot tell. */
final class PropertyRules {

    private static final long LARGEST_OUTCOME = 256L * 1024 * 1024;

    private PropertyRules() {}

    /** @throws InvalidConfigurationPropertyValueException for the first value that breaks a rule */
    static void check(InterlockProperties properties, DataSources dataSources) {
        checkLocks(properties, dataSources);
        check(properties.retry().budget());
        check(properties.idempotency());
        check(properties.queue());
    }

    private static void checkLocks(InterlockProperties properties, DataSources dataSources) {
        InterlockProperties.Lock lock = properties.lock();
        if (lock.maxHeld() < 1) {
            throw invalid(
                    "lock.max-held",
                    lock.maxHeld(),
                    "It must be at least 1, or no session lock could ever be taken. Remove it to allow 1000.");
        }
        Integer blocking = lock.blockingTransactions();
        if (blocking != null && blocking < 0) {
            throw invalid(
                    "lock.blocking-transactions",
                    blocking,
                    "It must be 0 or more; with 0 no transaction waits while it holds a connection. Remove it to allow half"
                            + " of the pool.");
        }
        Duration callTimeout = properties.mutex().callTimeout();
        if (callTimeout.isNegative() || callTimeout.isZero() || callTimeout.compareTo(Duration.ofDays(1)) > 0) {
            throw invalid(
                    "mutex.call-timeout",
                    callTimeout,
                    "It must be more than zero and at most a day, or no command to Redis could ever end. Remove it to allow 2s.");
        }
        checkUrl("postgres.url", properties.postgres().url());
        if (lock.backend() == InterlockProperties.Backend.POSTGRES) {
            properties.postgres().dataSources().forEach((name, connection) -> check(name, connection, dataSources));
        }
    }

    private static void check(InterlockProperties.Retry.Budget budget) {
        String more = "It must be 0 or more. Remove it to allow ";
        if (!(budget.tokensPerCall() >= 0)) {
            throw invalid("retry.budget.tokens-per-call", budget.tokensPerCall(), more + "one retry for ten calls.");
        }
        if (!(budget.capacity() >= 1)) {
            throw invalid(
                    "retry.budget.capacity",
                    budget.capacity(),
                    "It must be at least 1, or nothing could ever be retried. Remove it to allow 100 retries at once.");
        }
        if (!(budget.tokensPerSecond() >= 0)) {
            throw invalid("retry.budget.tokens-per-second", budget.tokensPerSecond(), more + "ten retries a second.");
        }
    }

    private static void check(InterlockProperties.Idempotency idempotency) {
        long outcome = idempotency.maxOutcomeSize().toBytes();
        if (outcome < 1 || outcome > LARGEST_OUTCOME) {
            throw invalid(
                    "idempotency.max-outcome-size",
                    idempotency.maxOutcomeSize(),
                    "It must be more than zero and at most 256MB. Remove it to allow 256KB.");
        }
        if (idempotency.nearCache().maxSize().isNegative()) {
            throw invalid(
                    "idempotency.near-cache.max-size",
                    idempotency.nearCache().maxSize(),
                    "It must be 0 or more; with 0 nothing is remembered. Remove it to allow 16MB.");
        }
    }

    private static void check(InterlockProperties.Queue queue) {
        within(
                "queue.lease",
                queue.lease(),
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                "It must be 1s to 1h. Remove it to allow 20s.");
        within(
                "queue.poll-interval",
                queue.pollInterval(),
                Duration.ofMillis(5),
                Duration.ofMinutes(1),
                "It must be 5ms to 1m. Remove it to allow 40ms.");
        within(
                "queue.drain-timeout",
                queue.drainTimeout(),
                Duration.ZERO,
                Duration.ofHours(1),
                "It must be 0 to 1h; with 0 jobs at work are interrupted at once. Remove it to allow 20s.");
    }

    private static void within(String property, Duration value, Duration least, Duration most, String reason) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw invalid(property, value, reason);
        }
    }

    private static void check(String name, InterlockProperties.Connection connection, DataSources dataSources) {
        String property = "postgres.data-sources." + name;
        if (!dataSources.isNamed(name)) {
            throw invalid(
                    property + ".url",
                    connection.url(),
                    "It must name a DataSource bean, but there is none of that name. " + dataSources.remedy() + ".");
        }
        if (connection.url() == null) {
            throw invalid(
                    property + ".url",
                    null,
                    "It must be set where lock connections of a DataSource are configured. Give the JDBC URL of the"
                            + " DataSource's database, or remove " + property + ".");
        }
        checkUrl(property + ".url", connection.url());
    }

    private static void checkUrl(String property, @Nullable String url) {
        if (url != null && !url.startsWith("jdbc:")) {
            throw invalid(property, url, "It must be a JDBC URL. Write jdbc:postgresql://host:port/database.");
        }
    }

    private static InvalidConfigurationPropertyValueException invalid(
            String property, @Nullable Object value, String reason) {
        return new InvalidConfigurationPropertyValueException("interlock." + property, value, reason);
    }
}
