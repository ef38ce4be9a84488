package dev.interlock.queue;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The statements of upkeep that both stores have, each with its own text. */
final class Rows {

    /** Statements differ by the limit alone, since of a parameter the planner expects a tenth of the table. */
    private static final int[] LIMITS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000};

    private Rows() {}

    /** The largest limit of a statement that is no more than this. */
    static int limit(int most) {
        int limit = 1;
        for (int one : LIMITS) {
            limit = one <= most ? one : limit;
        }
        return limit;
    }

    static int update(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }

    /**
     * Two statements, so that what a node claims meanwhile is not taken from it: a condition that asks for the node again, when a
     * row has changed under the statement, would not find a node that is younger than its snapshot.
     */
    static int sweep(Connection connection, String gone, String sweep) throws SQLException {
        List<UUID> nodes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(gone);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                nodes.add(row.getObject(1, UUID.class));
            }
        }
        if (nodes.isEmpty()) {
            return 0;
        }
        Array ids = connection.createArrayOf("uuid", nodes.toArray());
        try (PreparedStatement statement = connection.prepareStatement(sweep)) {
            statement.setArray(1, ids);
            return statement.executeUpdate();
        } finally {
            ids.free();
        }
    }

    static Set<String> pulse(Connection connection, String sql, List<String> queues) throws SQLException {
        Array names = connection.createArrayOf("text", queues.toArray());
        Set<String> ready = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, names);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ready.add(row.getString(1));
                }
            }
        } finally {
            names.free();
        }
        return ready;
    }

    static List<Claim> claims(Connection connection, String sql, UUID node) throws SQLException {
        List<Claim> claims = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, node);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    claims.add(new Claim(row.getObject(1, UUID.class), row.getLong(2)));
                }
            }
        }
        return claims;
    }

    static void giveBack(Connection connection, String sql, Collection<Claim> claims, boolean begun, Duration after)
            throws SQLException {
        Array ids =
                connection.createArrayOf("uuid", claims.stream().map(Claim::id).toArray());
        Array numbers = connection.createArrayOf(
                "bigint", claims.stream().map(Claim::number).toArray());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBoolean(1, begun);
            statement.setLong(2, after.toMillis());
            statement.setArray(3, ids);
            statement.setArray(4, numbers);
            statement.executeUpdate();
        } finally {
            ids.free();
            numbers.free();
        }
    }
}
