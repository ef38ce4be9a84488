package dev.interlock.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the toolkit's own. Not thread-safe.
 *
 * <p>Its session settings make Postgres notice a dead client within seconds, so that its locks do not outlive it, and keep
 * the server from ending an idle session that holds locks.
 */
final class SessionConnection implements AutoCloseable {

    /** Nothing is answered later than this: the connection is dead then. */
    static final int ANSWER_MILLIS = 5_000;

    private static final Logger log = LoggerFactory.getLogger(SessionConnection.class);

    private final Connection connection;
    private final int pid;

    private SessionConnection(Connection connection, int pid) {
        this.connection = connection;
        this.pid = pid;
    }

    static SessionConnection open(DataSource source, String applicationName) throws SQLException {
        return open(source, applicationName, "0");
    }

    /** @param lockTimeout how long a statement waits for a lock, in Postgres' notation; 0 for ever */
    static SessionConnection open(DataSource source, String applicationName, String lockTimeout) throws SQLException {
        Connection connection = source.getConnection();
        try {
            connection.setAutoCommit(true);
            connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
            configure(connection, profile(applicationName, lockTimeout));
            return new SessionConnection(connection, number(connection, "SELECT pg_catalog.pg_backend_pid()"));
        } catch (SQLException | RuntimeException failure) {
            connection.close();
            throw failure;
        }
    }

    private static Map<String, String> profile(String applicationName, String lockTimeout) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("application_name", applicationName);
        settings.put("client_connection_check_interval", "500ms");
        settings.put("tcp_keepalives_idle", "2");
        settings.put("tcp_keepalives_interval", "1");
        settings.put("tcp_keepalives_count", "3");
        settings.put("tcp_user_timeout", "5000");
        settings.put("idle_session_timeout", "0");
        settings.put("statement_timeout", "0");
        settings.put("lock_timeout", lockTimeout);
        return settings;
    }

    /** A platform may lack a setting; then they are made one by one, and the lock works without that one. */
    private static void configure(Connection connection, Map<String, String> settings) throws SQLException {
        try {
            set(connection, settings);
        } catch (SQLException unsupported) {
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                try {
                    set(connection, Map.of(setting.getKey(), setting.getValue()));
                } catch (SQLException cause) {
                    log.debug("Postgres does not take {}: {}", setting.getKey(), cause.getMessage());
                }
            }
        }
    }

    private static void set(Connection connection, Map<String, String> settings) throws SQLException {
        String calls = String.join(
                ", ",
                settings.keySet().stream()
                        .map(name -> "pg_catalog.set_config('" + name + "', ?, false)")
                        .toList());
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + calls)) {
            int place = 0;
            for (String value : settings.values()) {
                statement.setString(++place, value);
            }
            statement.execute();
        }
    }

    /** For the statements of those who know what they ask. */
    Connection jdbc() {
        return connection;
    }

    /** Whether the server still answers. */
    boolean isAlive() {
        try {
            return connection.isValid(ANSWER_MILLIS / 1000);
        } catch (SQLException dead) {
            return false;
        }
    }

    /** As the server told when the connection was opened. */
    int pid() {
        return pid;
    }

    int backendPid() throws SQLException {
        return number(connection, "SELECT pg_catalog.pg_backend_pid()");
    }

    int serverVersion() throws SQLException {
        return number(connection, "SELECT pg_catalog.current_setting('server_version_num')::int");
    }

    /** Whether there is a sequence of fencing tokens in this database that this connection does not find or may not use. */
    boolean missesTokens() throws SQLException {
        String sql = """
                SELECT (EXISTS (SELECT FROM pg_catalog.pg_class c
                                WHERE c.relname = 'interlock_fencing_token' AND c.relkind = 'S')
                    AND NOT coalesce(pg_catalog.has_sequence_privilege(
                                pg_catalog.to_regclass('interlock_fencing_token')::oid, 'USAGE'), false))::int
                """;
        return number(connection, sql) == 1;
    }

    private static int number(Connection connection, String sql) throws SQLException {
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

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException alreadyGone) {
            log.debug("Closing a lock connection failed: {}", alreadyGone.getMessage());
        }
    }
}
