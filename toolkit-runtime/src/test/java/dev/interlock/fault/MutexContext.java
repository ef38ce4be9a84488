package dev.interlock.fault;

import dev.interlock.redisson.RedissonMutexes;
import dev.interlock.testing.InterlockContext;
import javax.sql.DataSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** An application context with mutexes in a given Redis, fenced by a given Postgres. */
final class MutexContext {

    private static final String CLIENT = "redisson";

    private MutexContext() {}

    /** A context to be completed and opened, which shuts its client down; see {@link FaultContext#on}. */
    static InterlockContext on(DataSource pool, DataSource direct, String applicationName, String redis) {
        RedissonClient client = client(redis);
        return FaultContext.on(pool, direct, applicationName).redis(client).with(beans -> {
            beans.registerBean(
                    CLIENT,
                    RedissonClient.class,
                    () -> client,
                    definition -> definition.setDestroyMethodName("shutdown"));
            String mutexes = beans.getBeanFactory().getBeanNamesForType(RedissonMutexes.class, true, false)[0];
            beans.getBeanDefinition(mutexes).setDependsOn(CLIENT); // so that the client is shut down after them
        });
    }

    private static RedissonClient client(String address) {
        Config config = new Config();
        config.useSingleServer()
                .setAddress(address)
                .setConnectionMinimumIdleSize(2)
                .setConnectionPoolSize(16);
        return Redisson.create(config);
    }

    /** For workers, which are told the address of Redis. */
    static final class Workers implements Wiring {

        /** Parameter of the worker. */
        static final String REDIS = "redis";

        @Override
        public InterlockContext context(WorkerLink parameters, DataSource pool, DataSource direct) {
            return on(pool, direct, "locks of " + parameters.parameter("name"), parameters.parameter(REDIS));
        }
    }
}
