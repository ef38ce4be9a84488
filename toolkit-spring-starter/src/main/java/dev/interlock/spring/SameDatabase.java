package dev.interlock.spring;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/**
 * Checks that lock connections reach the database of the DataSource they serve: an advisory lock taken on one side must be
 * taken on the other. In two databases, session locks and transaction locks of one key would not exclude each other.
 */
final class SameDatabase {

    private SameDatabase() {}

    static Optional<String> problem(DataSource locks, DataSource dataSource) {
        long id = ThreadLocalRandom.current().nextLong();
        try (Connection holder = locks.getConnection();
                Connection other = dataSource.getConnection()) {
            ask(holder, "SELECT pg_catalog.pg_try_advisory_lock(?)", id);
            try {
                return triesInVain(other, id)
                        ? Optional.empty()
                        : Optional.of(
                                "the lock connections reach another database than the DataSource, so session locks and"
                                        + " transaction locks would not exclude each other; give both the same database,"
                                        + " in interlock.postgres.url or wherever the lock connections are configured");
            } finally {
                ask(holder, "SELECT pg_catalog.pg_advisory_unlock(?)", id);
            }
        } catch (SQLException failure) {
            return Optional.of("it could not be checked that the lock connections reach the DataSource's database: "
                    + failure.getMessage());
        }
    }

    private static boolean triesInVain(Connection connection, long id) throws SQLException {
        boolean locked = ask(connection, "SELECT pg_catalog.pg_try_advisory_xact_lock(?)", id);
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        return !locked;
    }

    private static boolean ask(Connection connection, String sql, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
