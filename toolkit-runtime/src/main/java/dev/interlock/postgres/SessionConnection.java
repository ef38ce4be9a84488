package dev.interlock.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the toolkit's own that holds session locks. Not thread-safe.
 *
 * <p>Its session settings make Postgres notice a dead client within seconds, so that its locks do not outlive it, and keep
 * the server from ending an idle session that holds locks.
 */
final class SessionConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SessionConnection.class);
    private static final int ANSWER_MILLIS = 5_000;

    private static final String HOLDER = """
            SELECT a.application_name, l.pid
            FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
              AND l.classid = ((?::bigint >> 32) & 4294967295)::oid AND l.objid = (?::bigint & 4294967295)::oid
            LIMIT 1
            """;

    private final Connection connection;

    private SessionConnection(Connection connection) {
        this.connection = connection;
    }

    static SessionConnection open(DataSource source, String applicationName) throws SQLException {
        Connection connection = source.getConnection();
        try {
            connection.setAutoCommit(true);
            connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
            profile(applicationName).forEach((name, value) -> configure(connection, name, value));
            return new SessionConnection(connection);
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    private static Map<String, String> profile(String applicationName) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("application_name", applicationName);
        settings.put("client_connection_check_interval", "500ms");
        settings.put("tcp_keepalives_idle", "2");
        settings.put("tcp_keepalives_interval", "1");
        settings.put("tcp_keepalives_count", "3");
        settings.put("tcp_user_timeout", "5000");
        settings.put("idle_session_timeout", "0");
        settings.put("statement_timeout", "0");
        settings.put("lock_timeout", "0");
        return settings;
    }

    /** A platform may lack a setting; the lock works without, only dead holders are noticed later. */
    private static void configure(Connection connection, String name, String value) {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_catalog.set_config(?, ?, false)")) {
            statement.setString(1, name);
            statement.setString(2, value);
            statement.execute();
        } catch (SQLException unsupported) {
            log.debug("Postgres does not take {}={}: {}", name, value, unsupported.getMessage());
        }
    }

    boolean tryLock(long id) throws SQLException {
        return ask("SELECT pg_catalog.pg_try_advisory_lock(?)", id);
    }

    /** @return false if the session did not hold the lock */
    boolean unlock(long id) throws SQLException {
        return ask("SELECT pg_catalog.pg_advisory_unlock(?)", id);
    }

    private boolean ask(String sql, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    boolean isAlive() {
        try {
            return connection.isValid(ANSWER_MILLIS / 1000);
        } catch (SQLException dead) {
            return false;
        }
    }

    int backendPid() throws SQLException {
        return number("SELECT pg_catalog.pg_backend_pid()");
    }

    int serverVersion() throws SQLException {
        return number("SELECT pg_catalog.current_setting('server_version_num')::int");
    }

    private int number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Keeps whatever answers on one server connection until the end of the transaction. */
    void inTransaction(boolean begun) throws SQLException {
        if (!begun) {
            connection.rollback();
        }
        connection.setAutoCommit(!begun);
    }

    Optional<String> holder(long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
            statement.setLong(1, id);
            statement.setLong(2, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(printable(row.getString(1)) + " (pid " + row.getInt(2) + ")")
                        : Optional.empty();
            }
        }
    }

    private static String printable(String applicationName) {
        String text = applicationName.replaceAll("\\p{Cntrl}", "?");
        return text.length() > 40 ? text.substring(0, 40) : text;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException alreadyGone) {
            log.debug("Closing a lock connection failed: {}", alreadyGone.getMessage());
        }
    }
}
