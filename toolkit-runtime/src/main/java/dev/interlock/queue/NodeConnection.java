package dev.interlock.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection of a node, taken from the pool and kept, since a heartbeat that had to queue behind the handlers for one
 * would come too late. In autocommit and READ COMMITTED, and with a time-out on the network, so that a server that does not
 * answer is given up while the lease could still be renewed on another connection. Confined to the node's thread.
 */
final class NodeConnection {

    private static final Logger log = LoggerFactory.getLogger(NodeConnection.class);

    private final DataSource dataSource;
    private final Duration patience;
    private @Nullable Connection connection;
    private boolean autoCommit;
    private int isolation = Connection.TRANSACTION_READ_COMMITTED;
    private int networkTimeout;

    NodeConnection(DataSource dataSource, Duration patience) {
        this.dataSource = dataSource;
        this.patience = patience;
    }

    Connection get() throws SQLException {
        Connection current = connection;
        if (current == null) {
            current = dataSource.getConnection();
            connection = current;
            autoCommit = current.getAutoCommit();
            current.setAutoCommit(true);
            networkTimeout = current.getNetworkTimeout();
            current.setNetworkTimeout(Runnable::run, Math.toIntExact(patience.toMillis()));
            isolation = current.getTransactionIsolation();
            if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
                current.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
        return current;
    }

    /**
     * The server plans the statements of this connection again when they are next used. It keeps a plan until the table gets new
     * statistics, and one that was made while a queue was empty reads the whole table. {@link Growth} sees to that for all
     * connections, but only where the application owns the tables.
     */
    void forgetPlans() throws SQLException {
        try (Statement statement = get().createStatement()) {
            statement.execute("DISCARD PLANS");
        }
    }

    /** Gives it back to the pool, which throws it away if it is broken. */
    void close() {
        Connection current = connection;
        connection = null;
        if (current == null) {
            return;
        }
        try (current) {
            if (!current.isClosed()) {
                current.setNetworkTimeout(Runnable::run, networkTimeout);
                if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
                    current.setTransactionIsolation(isolation);
                }
                current.setAutoCommit(autoCommit);
            }
        } catch (SQLException broken) {
            log.debug("The connection of the queues could not be given back in order", broken);
        }
    }
}
