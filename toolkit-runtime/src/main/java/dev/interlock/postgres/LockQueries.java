package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import dev.interlock.lock.LockSighting;
import dev.interlock.lock.LockSightings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Postgres knows of who holds advisory locks of this database and who waits for them. */
final class LockQueries {

    private static final int MOST = 1_000;

    private static final String LOCKS = """
            FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            """;

    private static final String HOLDER = "SELECT a.application_name, l.pid " + LOCKS + """
              AND l.granted
              AND l.classid = ((?::bigint >> 32) & 4294967295)::oid AND l.objid = (?::bigint & 4294967295)::oid
            LIMIT 1
            """;

    private static final String SIGHTINGS = """
            SELECT s.* FROM (
                SELECT (l.classid::bigint << 32) | l.objid::bigint AS id, l.mode, l.granted, l.pid, a.application_name,
                       1000 * extract(epoch FROM pg_catalog.clock_timestamp() - l.waitstart) AS waited,
                       CASE pg_catalog.family(a.client_addr)
                           WHEN 4 THEN pg_catalog.host(a.client_addr) || ':' || a.client_port
                           WHEN 6 THEN '[' || pg_catalog.host(a.client_addr) || ']:' || a.client_port
                       END AS client,
                       1000 * extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) AS transaction
            """ + LOCKS + """
            ) s
            ORDER BY s.id = ANY (?::bigint[]) DESC, s.id, s.granted DESC
            LIMIT\s""" + (MOST + 1);

    private LockQueries() {}

    static String holder(Connection connection, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
            statement.setLong(1, id);
            statement.setLong(2, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? printable(row.getString(1)) + " (pid " + row.getInt(2) + ")" : "nobody now";
            }
        }
    }

    /** A bounded number, the known keys first. */
    static LockSightings sightings(Connection connection, Collection<LockKey> known) throws SQLException {
        Map<Long, LockKey> keys = new HashMap<>();
        known.forEach(key -> keys.put(key.id(), key));
        List<LockSighting> sightings = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SIGHTINGS)) {
            statement.setArray(1, connection.createArrayOf("int8", keys.keySet().toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sightings.add(sighting(row, keys));
                }
            }
        }
        boolean complete = sightings.size() <= MOST;
        return new LockSightings(
                complete ? List.copyOf(sightings) : List.copyOf(sightings.subList(0, MOST)), complete, null);
    }

    private static LockSighting sighting(ResultSet row, Map<Long, LockKey> keys) throws SQLException {
        long id = row.getLong(1);
        boolean granted = row.getBoolean(3);
        return new LockSighting(
                keys.get(id),
                Long.toString(id),
                printable(row.getString(5)),
                "pid " + row.getInt(4),
                "ShareLock".equals(row.getString(2)) ? LockMode.SHARED : LockMode.EXCLUSIVE,
                granted,
                granted ? null : duration(row, 6),
                row.getString(7),
                duration(row, 8));
    }

    private static @Nullable Duration duration(ResultSet row, int column) throws SQLException {
        double millis = row.getDouble(column);
        return row.wasNull() ? null : Duration.ofMillis(Math.max(0, Math.round(millis)));
    }

    private static String printable(@Nullable String applicationName) {
        if (applicationName == null || applicationName.isBlank()) {
            return "unnamed";
        }
        String text = applicationName.replaceAll("\\p{Cntrl}", "?");
        return text.length() > 40 ? text.substring(0, 40) : text;
    }
}
