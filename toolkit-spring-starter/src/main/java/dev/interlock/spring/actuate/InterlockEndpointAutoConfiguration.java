package dev.interlock.spring.actuate;

import dev.interlock.guard.GuardPlans;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.retry.RetryCounts;
import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.InterlockProperties;
import dev.interlock.spring.UsedParts;
import java.util.stream.Stream;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The actuator endpoint {@code interlock}. */
@AutoConfiguration(after = InterlockAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(InterlockEndpoint.class)
@ConditionalOnBean(GuardPlans.class)
public final class InterlockEndpointAutoConfiguration {

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    InterlockEndpoint interlockEndpoint(
            KeyNamespace namespace,
            InterlockProperties properties,
            GuardPlans plans,
            LockSpaces spaces,
            MutexSpaces mutexes,
            RetryCounts retries,
            IdempotencyCounts idempotentCalls,
            HeldRecords heldRecords,
            UsedParts used) {
        return new InterlockEndpoint(
                namespace,
                properties.weaving(),
                plans,
                () -> Stream.concat(spaces.inUse().stream(), mutexes.inUse().stream())
                        .map(LockSpace::inspect)
                        .toList(),
                retries,
                idempotentCalls,
                heldRecords,
                used::queues);
    }
}
