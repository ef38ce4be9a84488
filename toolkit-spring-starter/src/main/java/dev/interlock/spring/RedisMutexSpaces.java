package dev.interlock.spring;

import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.observation.Observations;
import dev.interlock.redisson.RedissonMutexes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Mutexes in the Redis of the application's {@code RedissonClient}, made when a guard first asks, normally while start-up
 * validates the guards. They are destroyed before the client.
 */
final class RedisMutexSpaces implements MutexSpaces, DisposableBean {

    static final String BEAN_NAME = "interlockMutexSpaces";

    private static final Logger log = LoggerFactory.getLogger(RedisMutexSpaces.class);

    private final ConfigurableListableBeanFactory beanFactory;
    private final ObjectProvider<RedissonClient> clients;
    private final LockSpaces databases;
    private final RedissonMutexes.Settings settings;
    private final Observations observations;
    private volatile @Nullable LockSpace space;
    private @Nullable RedissonMutexes mutexes;
    private volatile boolean destroyed;

    RedisMutexSpaces(
            ConfigurableListableBeanFactory beanFactory,
            LockSpaces databases,
            InterlockProperties.Mutex properties,
            Observations observations) {
        this.beanFactory = beanFactory;
        this.clients = beanFactory.getBeanProvider(RedissonClient.class);
        this.databases = databases;
        this.observations = observations;
        this.settings = new RedissonMutexes.Settings(
                properties.callTimeout(),
                RedissonMutexes.Settings.DEFAULT.repoll(),
                RedissonMutexes.Settings.DEFAULT.lease());
    }

    @Override
    public Optional<LockSpace> find() {
        LockSpace found = space;
        if (found != null || destroyed) {
            return Optional.ofNullable(found);
        }
        return Optional.ofNullable(clients.getIfUnique()).flatMap(this::open);
    }

    private Optional<LockSpace> open(RedissonClient client) {
        FencingOfPrimary fencing = databases instanceof FencingOfPrimary primary ? primary : null;
        if (openOnce(client, fencing) && fencing != null) {
            fencing.gap()
                    .ifPresent(gap -> log.warn(
                            "Mutexes draw no fencing tokens from the primary DataSource, so those with fencing = AUTO go"
                                    + " unfenced: {}",
                            gap));
        }
        return Optional.ofNullable(space);
    }

    private synchronized boolean openOnce(RedissonClient client, @Nullable FencingOfPrimary fencing) {
        if (space != null || destroyed) {
            return false;
        }
        for (String name : beanFactory.getBeanNamesForType(RedissonClient.class)) {
            beanFactory.registerDependentBean(name, BEAN_NAME);
        }
        RedissonMutexes opened = new RedissonMutexes(client, fencing == null ? null : fencing.tokens(), settings);
        mutexes = opened;
        space = LockSpace.ofLeases(opened, fencing == null ? FenceStores.NONE : fencing.fences(), observations);
        return true;
    }

    @Override
    public Collection<LockSpace> inUse() {
        LockSpace found = space;
        return found == null ? List.of() : List.of(found);
    }

    @Override
    public String remedy() {
        return "define one RedissonClient bean, as Redisson's Spring Boot starter does, or mark one @Primary";
    }

    @Override
    public void destroy() {
        RedissonMutexes opened;
        synchronized (this) {
            destroyed = true;
            opened = mutexes;
        }
        if (opened != null) {
            opened.destroy();
        }
    }
}
