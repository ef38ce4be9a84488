package dev.interlock.spring;

import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An empty database of its own on the tests' server, without the toolkit's objects. */
public final class TestDatabase implements AutoCloseable {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final String name = "starter_" + NUMBERS.incrementAndGet();
    private final JdbcClient server = JdbcClient.create(PostgresServer.direct());

    public TestDatabase() {
        server.sql("CREATE DATABASE " + name + " TEMPLATE template0").update();
    }

    public String url() {
        return PostgresServer.url().replaceFirst("/postgres$", "/" + name);
    }

    /** What an application sets to use this database. */
    public String[] properties() {
        return new String[] {
            "spring.datasource.url=" + url(), "spring.datasource.username=" + PostgresServer.user(),
        };
    }

    /** Statements on connections that no pool of a tested application gives. */
    public JdbcClient jdbc() {
        return JdbcClient.create(direct());
    }

    /** A connection as another process has it; the caller closes it. */
    public Connection connect() throws SQLException {
        return direct().getConnection();
    }

    /** A new connection each time. */
    public DataSource direct() {
        PGSimpleDataSource direct = new PGSimpleDataSource();
        direct.setUrl(url());
        direct.setUser(PostgresServer.user());
        return direct;
    }

    /** Connections to this database whose application name has this form. */
    long connections(String applicationName) {
        return server.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND application_name LIKE ?")
                .params(name, applicationName)
                .query(Long.class)
                .single();
    }

    /** Lets nobody in and ends all connections, or lets everybody in again. */
    void shut(boolean shut) {
        server.sql("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + !shut).update();
        if (shut) {
            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?")
                    .param(name)
                    .query()
                    .listOfRows();
        }
    }

    boolean hasSchema() {
        return jdbc().sql("SELECT to_regprocedure('interlock_lock_key(text,text,text[])') IS NOT NULL")
                .query(Boolean.class)
                .single();
    }

    boolean hasFences() {
        return jdbc().sql("SELECT to_regclass('interlock_fence') IS NOT NULL")
                .query(Boolean.class)
                .single();
    }

    /** As if the server were stopped, for this database alone: every connection ends, and there is no new one. */
    public void refuseConnections() {
        server.sql("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false").update();
        server.sql("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = ?")
                .param(name)
                .query(Long.class)
                .single();
    }

    public void allowConnections() {
        server.sql("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true").update();
    }

    /** Ends the connections of this application name, as an operator may. */
    public void killConnections(String applicationName) {
        server.sql("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = ?"
                        + " AND application_name = ?")
                .params(name, applicationName)
                .query(Long.class)
                .single();
    }

    @Override
    public void close() {
        server.sql("DROP DATABASE " + name + " WITH (FORCE)").update();
    }
}
