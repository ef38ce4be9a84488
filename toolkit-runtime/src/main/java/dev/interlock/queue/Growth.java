package dev.interlock.queue;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Has statements planned anew when their tables have grown. Connections of a pool keep plans, and one that was made while a queue
 * was empty reads the whole table for each row; it is thrown away when the table gets new statistics. Autovacuum would see to
 * that within minutes, but a queue fills in seconds.
 */
final class Growth {

    /** Grown by a factor since its last statistics, and more than a few pages; only the owner may look at all of it. */
    private static final String GROWN = """
            SELECT t.name FROM unnest(?::text[]) AS t (name) JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(t.name)
            WHERE pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint > 4 * (c.relpages + 4)
                AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
            """;

    private Growth() {}

    /** Does nothing to a table that somebody else has locked or looks at already. */
    static void tend(Connection connection, String... tables) throws SQLException {
        for (String table : grown(connection, tables)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("ANALYZE (SKIP_LOCKED) " + table);
            }
        }
    }

    private static List<String> grown(Connection connection, String... tables) throws SQLException {
        List<String> grown = new ArrayList<>();
        Array names = connection.createArrayOf("text", tables);
        try (PreparedStatement statement = connection.prepareStatement(GROWN)) {
            statement.setArray(1, names);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    grown.add(row.getString(1));
                }
            }
        } finally {
            names.free();
        }
        return grown;
    }
}
