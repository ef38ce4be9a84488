package dev.interlock.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A Postgres server for one run. Commits are durable as on a production server; the embedded one would otherwise start with
 * {@code synchronous_commit=off} and flatter.
 *
 * <p>It stops when closed, and when the JVM ends without that.
 */
public final class BenchmarkPostgres implements AutoCloseable {

    private final EmbeddedPostgres server;

    private BenchmarkPostgres(EmbeddedPostgres server) {
        this.server = server;
    }

    public static BenchmarkPostgres start() {
        try {
            return new BenchmarkPostgres(EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Address for this JVM and for those that JMH forks. */
    public String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /**
     * Binds the server, with the backends of connections still to come, to {@link OneProcessor}.
     *
     * @return whether that worked
     */
    public boolean bindToOneProcessor() throws SQLException {
        try (Connection connection = direct(url()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return ProcessHandle.of(row.getLong(1))
                    .flatMap(ProcessHandle::parent)
                    .filter(server -> OneProcessor.bind(server.pid()))
                    .isPresent();
        }
    }

    /** Every {@code getConnection()} opens a new connection. */
    public static DataSource direct(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        return source;
    }

    /** A new pool; the caller closes it. */
    public static HikariDataSource pool(String url, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(direct(url));
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
