package dev.interlock.redisson;

import dev.interlock.testing.RedisClusterNodes;
import dev.interlock.testing.RedisSentinels;
import dev.interlock.testing.RedisServer;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.redisson.config.NameMapper;

/** Redisson as applications configure it, but with few threads and connections. */
final class Clients {

    private Clients() {}

    static RedissonClient of(RedisServer server) {
        return of(server, NameMapper.direct());
    }

    static RedissonClient of(RedisServer server, NameMapper names) {
        Config config = config();
        config.setNameMapper(names);
        config.useSingleServer()
                .setAddress(server.address())
                .setConnectionMinimumIdleSize(4)
                .setConnectionPoolSize(32);
        return Redisson.create(config);
    }

    static RedissonClient of(RedisSentinels sentinels) {
        Config config = config();
        config.useSentinelServers()
                .setMasterName(RedisSentinels.MASTER)
                .addSentinelAddress(sentinels.sentinelAddresses())
                .setMasterConnectionMinimumIdleSize(4)
                .setSlaveConnectionMinimumIdleSize(1)
                .setScanInterval(500);
        return Redisson.create(config);
    }

    static RedissonClient of(RedisClusterNodes cluster) {
        Config config = config();
        config.useClusterServers()
                .addNodeAddress(cluster.addresses())
                .setMasterConnectionMinimumIdleSize(4)
                .setSlaveConnectionMinimumIdleSize(1)
                .setScanInterval(1000);
        return Redisson.create(config);
    }

    private static Config config() {
        Config config = new Config();
        config.setThreads(4);
        config.setNettyThreads(4);
        return config;
    }
}
