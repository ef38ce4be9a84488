package dev.interlock.spring;

import dev.interlock.guard.Durations;
import dev.interlock.jdbc.PersistenceContexts;
import dev.interlock.jdbc.RowLockGuard;
import dev.interlock.jdbc.StateMachines;
import dev.interlock.jdbc.StateTransitionGuard;
import dev.interlock.jdbc.Tables;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Row locks and state transitions by annotation. */
@Configuration(proxyBeanMethods = false)
class RowsConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Tables interlockTables(DataSources dataSources) {
        return new DataSourceTables(dataSources);
    }

    @Bean
    @ConditionalOnMissingBean
    StateMachines interlockStateMachines(ConfigurableListableBeanFactory beanFactory) {
        return new StateMachineBeans(beanFactory);
    }

    @Bean
    @ConditionalOnMissingBean
    RowLockGuard interlockRowLockGuard(
            Tables tables, ObjectProvider<PersistenceContexts> contexts, Environment environment) {
        return new RowLockGuard(
                tables,
                contexts.getIfAvailable(() -> PersistenceContexts.NONE),
                new Durations(environment::resolveRequiredPlaceholders));
    }

    @Bean
    @ConditionalOnMissingBean
    StateTransitionGuard interlockStateTransitionGuard(StateMachines machines) {
        return new StateTransitionGuard(machines);
    }
}
