package dev.interlock.spring;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.redisson.RedissonLeases;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Leases in the Redis of the application's {@code RedissonClient}, made when a guard first asks, normally while start-up
 * validates the guards. Whoever uses or renews them is destroyed before the client.
 */
final class RedisLeases implements LeasesElsewhere {

    /** Names of the beans that ask for leases and renew them. */
    private static final List<String> USERS =
            List.of(IdempotencyConfiguration.SPACES, IdempotencyConfiguration.HEARTBEATS);

    private final ConfigurableListableBeanFactory beanFactory;
    private final ObjectProvider<RedissonClient> clients;
    private final RedissonLeases.Settings settings;
    private @Nullable LeasedRecords records;

    RedisLeases(ConfigurableListableBeanFactory beanFactory, InterlockProperties.Mutex properties) {
        this.beanFactory = beanFactory;
        this.clients = beanFactory.getBeanProvider(RedissonClient.class);
        this.settings = new RedissonLeases.Settings(properties.callTimeout());
    }

    @Override
    public Optional<LeasedRecords> find() {
        Optional<LeasedRecords> known = inUse();
        return known.isPresent()
                ? known
                : Optional.ofNullable(clients.getIfUnique()).map(this::open);
    }

    private synchronized LeasedRecords open(RedissonClient client) {
        LeasedRecords known = records;
        if (known != null) {
            return known;
        }
        for (String name : beanFactory.getBeanNamesForType(RedissonClient.class)) {
            for (String user : USERS) {
                beanFactory.registerDependentBean(name, user);
            }
        }
        LeasedRecords opened = new RedissonLeases(client, settings, Clock.SYSTEM);
        records = opened;
        return opened;
    }

    @Override
    public synchronized Optional<LeasedRecords> inUse() {
        return Optional.ofNullable(records);
    }

    @Override
    public String remedy() {
        return "define one RedissonClient bean, as Redisson's Spring Boot starter does, or mark one @Primary";
    }
}
