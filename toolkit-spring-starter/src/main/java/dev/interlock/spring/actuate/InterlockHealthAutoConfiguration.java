package dev.interlock.spring.actuate;

import dev.interlock.guard.GuardPlans;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.UsedParts;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Health {@code interlock}, unless {@code management.health.interlock.enabled=false}. */
@AutoConfiguration(after = InterlockAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean({GuardPlans.class, UsedParts.class})
public final class InterlockHealthAutoConfiguration {

    /** Spring Boot calls it {@code interlock}, by the beginning of its name. */
    @Bean(destroyMethod = "close")
    @ConditionalOnEnabledHealthIndicator("interlock")
    @ConditionalOnMissingBean(name = {"interlockHealthIndicator", "interlockHealthContributor"})
    HealthIndicator interlockHealthIndicator(LockSpaces spaces, MutexSpaces mutexes, UsedParts used) {
        return new InterlockHealthIndicator(spaces::inUse, mutexes::inUse, used);
    }
}
