package dev.interlock.spring;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardValidator;
import dev.interlock.guard.GuardedMethodCheck;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.idempotency.Heartbeats;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.AdvisoryLockGuard;
import dev.interlock.lock.DistributedMutexGuard;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.observation.Observations;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * Guards for the beans of an application, by proxies or by AspectJ.
 *
 * <p>What a guard needs is lazy here and in what is imported: an application that has no method of a kind starts without its
 * beans and their classes. What is refused at start-up is refused all the same, by the eager {@link GuardValidator}.
 */
@AutoConfiguration(after = DataSourceTransactionManagerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "interlock.enabled", matchIfMissing = true)
@EnableConfigurationProperties(InterlockProperties.class)
@Import({
    ObservationConfiguration.class,
    MutexConfiguration.class,
    RetryConfiguration.class,
    IdempotencyConfiguration.class,
    JsonConfiguration.class,
    RowsConfiguration.class,
    QueueConfiguration.class,
    WeavingSelector.class,
    DatabaseInitializationDependencyConfigurer.class
})
public final class InterlockAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    KeyNamespace interlockNamespace(InterlockProperties properties, Environment environment) {
        return Namespaces.choose(properties.namespace(), environment.getProperty("spring.application.name"));
    }

    @Bean
    DataSources interlockDataSources(ConfigurableListableBeanFactory beanFactory, ObjectProvider<DataSource> unique) {
        return new DataSources(beanFactory, unique);
    }

    @Bean
    SchemaInitializer interlockSchemaInitializer(InterlockProperties properties, DataSources dataSources) {
        return new SchemaInitializer(properties, dataSources);
    }

    @Bean
    UsedParts interlockUsedParts(DataSources dataSources, SchemaInitializer schema, MadeQueues queues) {
        return new UsedParts(dataSources, schema, queues);
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    LockSpaces interlockLockSpaces(
            InterlockProperties properties,
            KeyNamespace namespace,
            DataSources dataSources,
            SchemaInitializer schema,
            ObjectProvider<DataSourcePoolMetadataProvider> pools,
            ObjectProvider<JdbcConnectionDetails> details,
            Observations observations) {
        PropertyRules.check(properties, dataSources);
        BlockingTransactions blocking =
                new BlockingTransactions(properties.lock().blockingTransactions(), pools);
        return switch (properties.lock().backend()) {
            case MEMORY -> new MemoryLockSpaces(dataSources, blocking, observations);
            case POSTGRES ->
                new PostgresLockSpaces(
                        dataSources,
                        schema,
                        new LockConnections(
                                properties.postgres(), dataSources, details, Namespaces.applicationName(namespace)),
                        blocking,
                        properties.lock().maxHeld(),
                        observations);
        };
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    AdvisoryLockGuard interlockAdvisoryLockGuard(KeyNamespace namespace, LockSpaces spaces, Environment environment) {
        return new AdvisoryLockGuard(
                namespace, spaces, new Durations(environment::resolveRequiredPlaceholders), Clock.SYSTEM);
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    DistributedMutexGuard interlockDistributedMutexGuard(
            KeyNamespace namespace, MutexSpaces mutexes, Environment environment) {
        return new DistributedMutexGuard(
                namespace, mutexes, new Durations(environment::resolveRequiredPlaceholders), Clock.SYSTEM);
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    LockTemplate interlockLockTemplate(KeyNamespace namespace, LockSpaces spaces, MutexSpaces mutexes) {
        return new LockTemplate(namespace, spaces, mutexes, Clock.SYSTEM);
    }

    @Bean
    @ConditionalOnMissingBean
    GuardPlans interlockGuardPlans(
            ListableBeanFactory beanFactory, ObjectProvider<TransactionAttributeSource> transactionAttributes) {
        return new GuardPlans(
                new GuardBeans(beanFactory),
                beanFactory,
                transactionAttributes.getIfUnique(() -> new AnnotationTransactionAttributeSource(false)));
    }

    @Bean
    @ConditionalOnMissingBean
    GuardPipeline interlockGuardPipeline(GuardPlans plans) {
        return new GuardPipeline(plans);
    }

    @Bean
    @ConditionalOnMissingBean
    @DependsOn("interlockSchemaInitializer")
    GuardValidator interlockGuardValidator(
            ConfigurableListableBeanFactory beanFactory,
            GuardPlans plans,
            ObjectProvider<GuardedMethodCheck> checks,
            KeyNamespace namespace,
            InterlockProperties properties,
            DataSources dataSources) {
        PropertyRules.check(properties, dataSources);
        StartupLog.print(namespace, properties);
        return new GuardValidator(beanFactory, plans, checks.orderedStream().toList());
    }

    /** Beans that call guarded methods while they are destroyed go before the locks and the records do. */
    @Bean
    GuardedMethodCheck interlockDestructionOrder(ConfigurableListableBeanFactory beanFactory) {
        return (beanName, method, problems) -> {
            for (Class<?> type :
                    List.of(LockSpaces.class, MutexSpaces.class, IdempotencySpaces.class, Heartbeats.class)) {
                for (String spaces : beanFactory.getBeanNamesForType(type)) {
                    beanFactory.registerDependentBean(spaces, beanName);
                }
            }
        };
    }

    @Bean
    @ConditionalOnMissingBean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static TransactionEvents interlockTransactionEvents() {
        return new TransactionEvents();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static TransactionEventsRegistrar interlockTransactionEventsRegistrar(ObjectProvider<TransactionEvents> events) {
        return new TransactionEventsRegistrar(events);
    }
}
