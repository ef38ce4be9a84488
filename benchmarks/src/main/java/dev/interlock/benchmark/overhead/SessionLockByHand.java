package dev.interlock.benchmark.overhead;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A session lock as one would write it: around the transaction, on a connection of its own that stays open. */
final class SessionLockByHand implements AutoCloseable {

    private final Connection connection;
    private final Accounts accounts;

    SessionLockByHand(DataSource source, Accounts accounts) throws SQLException {
        this.connection = source.getConnection();
        this.accounts = accounts;
    }

    Long call(long id, long lock) throws SQLException {
        execute("SELECT pg_advisory_lock(?)", lock);
        try {
            return accounts.unlocked(id);
        } finally {
            execute("SELECT pg_advisory_unlock(?)", lock);
        }
    }

    private void execute(String sql, long lock) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, lock);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
