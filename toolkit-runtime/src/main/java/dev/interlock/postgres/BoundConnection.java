package dev.interlock.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Finds the connection of the transaction that Spring has bound to this thread. */
final class BoundConnection {

    private BoundConnection() {}

    /** What Spring binds transactions of this DataSource to. */
    static DataSource target(DataSource dataSource) {
        return dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                ? proxy.getTargetDataSource()
                : dataSource;
    }

    /** The connection of the active transaction, or {@code null} if that is not one of this DataSource. */
    static @Nullable Connection find(DataSource target) {
        if (!(TransactionSynchronizationManager.getResource(target) instanceof ConnectionHolder)) {
            return null;
        }
        Connection connection = DataSourceUtils.getConnection(target);
        try {
            return connection.getAutoCommit() ? null : connection;
        } catch (SQLException closed) {
            return null;
        }
    }
}
