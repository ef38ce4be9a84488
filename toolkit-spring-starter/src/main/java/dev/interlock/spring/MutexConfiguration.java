package dev.interlock.spring;

import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.observation.Observations;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Where mutexes live: in memory where that was chosen, else in Redis where Redisson is there. */
@Lazy
@Configuration(proxyBeanMethods = false)
class MutexConfiguration {

    @Bean(RedisMutexSpaces.BEAN_NAME)
    @ConditionalOnMissingBean
    MutexSpaces interlockMutexSpaces(
            ConfigurableListableBeanFactory beanFactory,
            LockSpaces databases,
            InterlockProperties properties,
            Observations observations) {
        return switch (properties.lock().backend()) {
            case MEMORY -> MutexSpaces.of(LockSpace.ofLeases(new MemoryLockBackend(), FenceStores.NONE, observations));
            case POSTGRES ->
                OptionalRedisson.isPresent(beanFactory)
                        ? new RedisMutexSpaces(beanFactory, databases, properties.mutex(), observations)
                        : new NoMutexSpaces();
        };
    }
}
