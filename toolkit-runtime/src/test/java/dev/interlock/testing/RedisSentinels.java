package dev.interlock.testing;

import java.util.ArrayList;
import java.util.List;

/** A primary with two replicas, watched by three sentinels that agree on a failover within a second or two. */
public final class RedisSentinels implements AutoCloseable {

    public static final String MASTER = "main";

    private static final int REPLICAS = 2;
    private static final int SENTINELS = 3;

    private final RedisServer primary;
    private final List<RedisServer> replicas = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();

    private RedisSentinels(RedisServer primary) {
        this.primary = primary;
    }

    public static RedisSentinels start() {
        RedisSentinels all = new RedisSentinels(RedisServer.start("--repl-diskless-sync-delay", "0"));
        try {
            all.startOthers();
            return all;
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private void startOthers() {
        String port = String.valueOf(primary.port());
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(RedisServer.start("--replicaof", RedisServer.HOST, port));
        }
        for (RedisServer replica : replicas) {
            RedisClusterNodes.await(() -> info(replica).contains("master_link_status:up"));
        }
        for (int i = 0; i < SENTINELS; i++) {
            sentinels.add(RedisServer.startSentinel(List.of(
                    "sentinel monitor " + MASTER + " " + RedisServer.HOST + " " + port + " 2",
                    "sentinel down-after-milliseconds " + MASTER + " 1000",
                    "sentinel failover-timeout " + MASTER + " 3000")));
        }
        for (RedisServer sentinel : sentinels) {
            RedisClusterNodes.await(() -> knows(sentinel, "REPLICAS", REPLICAS) && knows(sentinel, "SENTINELS", 2));
        }
    }

    private static boolean knows(RedisServer sentinel, String what, int count) {
        return ((List<?>) sentinel.command("SENTINEL", what, MASTER)).size() == count;
    }

    private static String info(RedisServer server) {
        return (String) server.command("INFO", "replication");
    }

    /** The primary that it all began with. */
    public RedisServer primary() {
        return primary;
    }

    public List<RedisServer> replicas() {
        return replicas;
    }

    /** Whichever server is the primary now, as the sentinels say. */
    public RedisServer current() {
        List<?> address = (List<?>) sentinels.get(0).command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER);
        int port = Integer.parseInt((String) address.get(1));
        return replicas.stream()
                .filter(replica -> replica.port() == port)
                .findFirst()
                .orElse(primary);
    }

    public String[] sentinelAddresses() {
        return sentinels.stream().map(RedisServer::address).toArray(String[]::new);
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        replicas.forEach(RedisServer::close);
        primary.close();
    }
}
