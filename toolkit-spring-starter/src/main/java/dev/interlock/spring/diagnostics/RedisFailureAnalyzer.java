package dev.interlock.spring.diagnostics;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * Tells of a {@code RedissonClient} bean that could not be made since Redis does not answer. Redisson connects when the client is
 * made, so no guard comes to say it. By name, since Redisson need not be there.
 */
final class RedisFailureAnalyzer implements FailureAnalyzer {

    private static final String UNREACHABLE = "org.redisson.client.RedisConnectionException";

    private static final String ACTION =
            "Start Redis, or correct the address and the credentials in the configuration of the RedissonClient. Among the"
                    + " guards only @DistributedMutex, and @Idempotent with interlock.idempotency.leased-store=redis, need"
                    + " it; without them the bean can go.";

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        String bean = null;
        Throwable unreachable = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BeanCreationException creation && creation.getBeanName() != null) {
                bean = creation.getBeanName();
            }
            if (cause.getClass().getName().equals(UNREACHABLE)) {
                unreachable = cause;
            }
        }
        return bean == null || unreachable == null
                ? null
                : new FailureAnalysis(
                        "Bean '" + bean + "', which connects to Redis, could not be made: " + unreachable.getMessage(),
                        ACTION,
                        unreachable);
    }
}
