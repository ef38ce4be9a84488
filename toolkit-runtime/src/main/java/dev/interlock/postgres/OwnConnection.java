package dev.interlock.postgres;

import dev.interlock.idempotency.IdempotencyStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Statements on a connection of their own, never that of the caller's transaction. */
record OwnConnection(DataSource dataSource) {

    /** What to do with the connection, in one transaction. */
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * Runs single statements, each of which is a transaction.
     *
     * @param what was tried, for the message
     */
    <T extends @Nullable Object> T run(String what, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            if (connection.getAutoCommit()) {
                return work.run(connection);
            }
            try {
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            }
        } catch (SQLException failure) {
            throw new IdempotencyStoreException(
                    what + " failed, since Postgres did not answer or refused: " + failure.getMessage(), failure);
        }
    }
}
