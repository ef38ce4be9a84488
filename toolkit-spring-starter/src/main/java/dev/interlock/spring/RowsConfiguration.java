package dev.interlock.spring;

import dev.interlock.guard.Durations;
import dev.interlock.hibernate.HibernateContexts;
import dev.interlock.jdbc.PersistenceContexts;
import dev.interlock.jdbc.RowLockGuard;
import dev.interlock.jdbc.StateMachines;
import dev.interlock.jdbc.StateTransitionGuard;
import dev.interlock.jdbc.Tables;
import jakarta.persistence.EntityManagerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/** Row locks and state transitions by annotation. */
@Lazy
@Configuration(proxyBeanMethods = false)
class RowsConfiguration {

    /** Entities of locked rows are read anew. */
    @Lazy
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            value = EntityManagerFactory.class,
            name = {"org.hibernate.engine.spi.SessionImplementor", "org.springframework.orm.jpa.EntityManagerHolder"})
    static class WithHibernate {

        @Bean
        @ConditionalOnMissingBean
        PersistenceContexts interlockPersistenceContexts(ListableBeanFactory beanFactory) {
            return new HibernateContexts(SingletonSupplier.of(
                    () -> beanFactory.getBeansOfType(EntityManagerFactory.class).values()));
        }
    }

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
