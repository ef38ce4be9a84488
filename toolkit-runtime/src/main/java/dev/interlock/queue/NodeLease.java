package dev.interlock.queue;

import dev.interlock.guard.Clock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/**
 * The lease of one node: while it stands, nobody takes away what the node has claimed, begun or not. One row and one heartbeat for
 * all of it, however much that is.
 *
 * <p>The database's clock decides. Here the lease counts from before it was asked for, on the monotonic clock, so the node
 * takes it for over before anybody else does. A lease that ended may be taken up again: what was claimed under it and is gone
 * is told apart by the numbers of the claims.
 */
final class NodeLease {

    /** Heartbeats in the time of one lease. */
    private static final int BEATS = 4;

    private static final String RENEW = """
            INSERT INTO interlock_queue_node (id, lease_until)
            VALUES (?, pg_catalog.clock_timestamp() + ? * interval '1 millisecond')
            ON CONFLICT (id) DO UPDATE SET lease_until = EXCLUDED.lease_until
            """;

    private final UUID node = UUID.randomUUID();
    private final Duration length;
    private final Clock clock;
    private volatile boolean begun;
    private volatile long endNanos;
    private volatile long heartbeatNanos;

    NodeLease(Duration length, Clock clock) {
        this.length = length;
        this.clock = clock;
    }

    UUID node() {
        return node;
    }

    Duration untilNextBeat() {
        return length.dividedBy(BEATS);
    }

    boolean stands() {
        return begun && endNanos - clock.nanoTime() > 0;
    }

    NodeStatus status() {
        boolean renewed = begun;
        return new NodeStatus(
                node, stands(), renewed ? Duration.ofNanos(clock.nanoTime() - heartbeatNanos) : null, length);
    }

    void renew(Connection connection) throws SQLException {
        long asked = clock.nanoTime();
        try (PreparedStatement statement = connection.prepareStatement(RENEW)) {
            statement.setObject(1, node);
            statement.setLong(2, length.toMillis());
            statement.executeUpdate();
        }
        heartbeatNanos = clock.nanoTime();
        endNanos = asked + length.toNanos();
        begun = true;
    }

    void end(Connection connection) throws SQLException {
        begun = false;
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM interlock_queue_node WHERE id = ? OR lease_until <"
                        + " pg_catalog.clock_timestamp() - interval '1 hour'")) {
            statement.setObject(1, node);
            statement.executeUpdate();
        }
    }
}
