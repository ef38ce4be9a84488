package dev.interlock.spring;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockEscalation;
import dev.interlock.lock.LockSpaces;
import dev.interlock.observation.Observations;
import dev.interlock.postgres.PostgresConflicts;
import dev.interlock.retry.ConflictClassifier;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.EscalationLocks;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import dev.interlock.retry.RetryGuard;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Retries, by annotation and in code, out of one budget for each DataSource. */
@Lazy
@Configuration(proxyBeanMethods = false)
class RetryConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ConflictClassifier interlockConflictClassifier() {
        return new PostgresConflicts();
    }

    @Bean
    @ConditionalOnMissingBean
    RetryBudgets interlockRetryBudgets(InterlockProperties properties, DataSources dataSources) {
        PropertyRules.check(properties, dataSources);
        InterlockProperties.Retry.Budget budget = properties.retry().budget();
        return new RetryBudgets(
                new RetryBudgets.Settings(budget.tokensPerCall(), budget.capacity(), budget.tokensPerSecond()),
                Clock.SYSTEM);
    }

    @Bean
    @ConditionalOnMissingBean
    RetryCounts interlockRetryCounts(Observations observations) {
        return new RetryCounts(observations);
    }

    @Bean
    @ConditionalOnMissingBean
    EscalationLocks interlockEscalationLocks(KeyNamespace namespace, LockSpaces spaces) {
        return new LockEscalation(namespace, spaces, Clock.SYSTEM);
    }

    @Bean
    @ConditionalOnMissingBean
    RetryGuard interlockRetryGuard(
            ConflictClassifier classifier,
            RetryBudgets budgets,
            RetryCounts counts,
            EscalationLocks locks,
            Environment environment) {
        return new RetryGuard(
                classifier,
                budgets,
                counts,
                locks,
                new Durations(environment::resolveRequiredPlaceholders),
                Clock.SYSTEM);
    }

    @Bean
    @ConditionalOnMissingBean
    ConflictRetry interlockConflictRetry(
            ConflictClassifier classifier,
            RetryBudgets budgets,
            RetryCounts counts,
            EscalationLocks locks,
            DataSources dataSources) {
        return new ConflictRetry(
                classifier,
                budgets,
                counts,
                locks,
                Clock.SYSTEM,
                dataSources.find("").orElse(null));
    }
}
