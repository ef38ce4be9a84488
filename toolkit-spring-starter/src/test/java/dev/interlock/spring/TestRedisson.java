package dev.interlock.spring;

import dev.interlock.testing.RedisServer;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Redisson clients as applications define them, but with few threads and connections. */
public final class TestRedisson {

    private TestRedisson() {}

    public static RedissonClient client(RedisServer server) {
        Config config = new Config();
        config.setThreads(2);
        config.setNettyThreads(2);
        config.useSingleServer()
                .setAddress(server.address())
                .setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(8);
        return Redisson.create(config);
    }

    /** The application with a client as a bean, which is shut down when the context is closed. */
    static ApplicationContextRunner in(ApplicationContextRunner runner, RedisServer server) {
        return runner.withBean(
                "redisson",
                RedissonClient.class,
                () -> client(server),
                definition -> definition.setDestroyMethodName("shutdown"));
    }
}
