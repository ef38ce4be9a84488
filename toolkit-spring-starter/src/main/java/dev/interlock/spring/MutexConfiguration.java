package dev.interlock.spring;

import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.observation.Observations;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where mutexes live: in memory where that was chosen, else in Redis where Redisson is there. Imported in this order. */
final class MutexConfiguration {

    private MutexConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "interlock.lock.backend", havingValue = "memory")
    static class InMemory {

        @Bean(RedisMutexSpaces.BEAN_NAME)
        @ConditionalOnMissingBean
        MutexSpaces interlockMutexSpaces(Observations observations) {
            return MutexSpaces.of(LockSpace.ofLeases(new MemoryLockBackend(), FenceStores.NONE, observations));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RedissonClient.class)
    static class InRedis {

        @Bean(RedisMutexSpaces.BEAN_NAME)
        @ConditionalOnMissingBean
        MutexSpaces interlockMutexSpaces(
                ConfigurableListableBeanFactory beanFactory,
                LockSpaces databases,
                InterlockProperties properties,
                Observations observations) {
            return new RedisMutexSpaces(beanFactory, databases, properties.mutex(), observations);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Nowhere {

        @Bean(RedisMutexSpaces.BEAN_NAME)
        @ConditionalOnMissingBean
        MutexSpaces interlockMutexSpaces() {
            return new NoMutexSpaces();
        }
    }
}
