package dev.interlock.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A Redis Cluster of three primaries. */
public final class RedisClusterNodes implements AutoCloseable {

    private static final int NODES = 3;
    private static final int SLOTS = 16_384;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final List<RedisServer> nodes = new ArrayList<>();

    private RedisClusterNodes() {}

    public static RedisClusterNodes start() {
        RedisClusterNodes cluster = new RedisClusterNodes();
        try {
            cluster.join();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void join() {
        for (int i = 0; i < NODES; i++) {
            RedisServer node = RedisServer.start("--cluster-enabled", "yes", "--cluster-node-timeout", "3000");
            nodes.add(node);
            node.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            node.command(slots(i));
        }
        for (RedisServer node : nodes.subList(1, NODES)) {
            nodes.get(0).command("CLUSTER", "MEET", RedisServer.HOST, String.valueOf(node.port()));
        }
        for (RedisServer node : nodes) {
            await(() -> isWhole((String) node.command("CLUSTER", "INFO")));
        }
    }

    private static boolean isWhole(String info) {
        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES);
    }

    private static String[] slots(int node) {
        List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
        for (int slot = SLOTS * node / NODES; slot < SLOTS * (node + 1) / NODES; slot++) {
            words.add(String.valueOf(slot));
        }
        return words.toArray(String[]::new);
    }

    public List<RedisServer> nodes() {
        return nodes;
    }

    public String[] addresses() {
        return nodes.stream().map(RedisServer::address).toArray(String[]::new);
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("The Redis servers did not find each other");
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupt);
            }
        }
    }
}
