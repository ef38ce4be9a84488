package dev.interlock.spring;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.idempotency.Heartbeats;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.idempotency.IdempotencyServices;
import dev.interlock.idempotency.IdempotencySpaces;
import dev.interlock.idempotency.IdempotentGuard;
import dev.interlock.idempotency.IdempotentTemplate;
import dev.interlock.idempotency.Memory;
import dev.interlock.idempotency.OutcomeCodec;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.key.KeyNamespace;
import dev.interlock.observation.Observations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;

/** Idempotent calls, by annotation and in code. */
@Lazy
@Configuration(proxyBeanMethods = false)
class IdempotencyConfiguration {

    static final String SPACES = "interlockIdempotencySpaces";
    static final String HEARTBEATS = "interlockHeartbeats";

    @Bean
    @ConditionalOnMissingBean
    IdempotencyCounts interlockIdempotencyCounts(Observations observations) {
        return new IdempotencyCounts(observations);
    }

    @Bean(name = HEARTBEATS, destroyMethod = "close")
    @ConditionalOnMissingBean
    Heartbeats interlockHeartbeats() {
        return new Heartbeats(Clock.SYSTEM);
    }

    @Bean(SPACES)
    @ConditionalOnMissingBean
    IdempotencySpaces interlockIdempotencySpaces(
            ConfigurableListableBeanFactory beanFactory,
            InterlockProperties properties,
            DataSources dataSources,
            SchemaInitializer schema) {
        PropertyRules.check(properties, dataSources);
        return new RecordSpaces(
                properties.idempotency(),
                dataSources,
                schema,
                OptionalRedisson.isPresent(beanFactory)
                        ? new RedisLeases(beanFactory, properties.mutex())
                        : LeasesElsewhere.nowhere(new NoMutexSpaces().remedy()));
    }

    @Bean
    @ConditionalOnMissingBean
    IdempotencyServices interlockIdempotencyServices(
            InterlockProperties properties,
            IdempotencyCounts counts,
            Heartbeats heartbeats,
            ObjectProvider<OutcomeCodec> codec,
            ObjectProvider<PrincipalResolver> principals,
            ObjectProvider<RequestKeys> requests) {
        InterlockProperties.Idempotency idempotency = properties.idempotency();
        return new IdempotencyServices(
                new Memory(
                        idempotency.nearCache().maxSize().toBytes(),
                        counts,
                        requests.getIfUnique(() -> RequestKeys.NONE),
                        Clock.SYSTEM),
                heartbeats,
                codec.getIfAvailable(),
                principals.getIfUnique(),
                Math.toIntExact(idempotency.maxOutcomeSize().toBytes()));
    }

    @Bean
    @ConditionalOnMissingBean
    IdempotentGuard interlockIdempotentGuard(
            KeyNamespace namespace, IdempotencySpaces spaces, IdempotencyServices services, Environment environment) {
        return new IdempotentGuard(
                namespace, spaces, services, new Durations(environment::resolveRequiredPlaceholders));
    }

    @Bean
    @ConditionalOnMissingBean
    IdempotentTemplate interlockIdempotentTemplate(
            KeyNamespace namespace,
            IdempotencySpaces spaces,
            IdempotencyServices services,
            ObjectProvider<PlatformTransactionManager> managers) {
        return new IdempotentTemplate(namespace, spaces, services, managers::getObject);
    }

    @Bean
    @ConditionalOnMissingBean
    HeldRecords interlockHeldRecords(IdempotencySpaces spaces, ObjectProvider<OutcomeCodec> codec) {
        return new HeldRecords(spaces, codec.getIfAvailable());
    }
}
