package dev.interlock.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One real Postgres for all tests of a JVM, started by its first use and stopped when the JVM ends, whether the tests pass
 * or not.
 *
 * <p>Commits are durable as on a production server: without {@code fsync} and {@code synchronous_commit} a test that kills
 * the server would lose acknowledged commits, and timings would flatter.
 */
public final class PostgresServer {

    /** Name of the system property of processes that get killed, and whose server nobody would stop. */
    public static final String FORBIDDEN = "interlock.tests.no-server";

    private static final String SCHEMA = "/dev/interlock/schema/";
    private static final List<String> SCRIPTS =
            List.of("V1__lock_key.sql", "V2__fencing.sql", "V3__idempotency.sql", "V4__queue.sql");

    private PostgresServer() {}

    /** A new pool of exactly this size; the caller closes it. */
    public static HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(direct());
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }

    /** Every {@code getConnection()} opens a new connection. */
    public static DataSource direct() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url());
        source.setUser(user());
        return source;
    }

    public static String url() {
        return "jdbc:postgresql://localhost:" + Server.POSTGRES.getPort() + "/postgres";
    }

    public static String user() {
        return "postgres";
    }

    /** Text of a script of the toolkit's schema. */
    public static String script(String name) {
        try (InputStream in = PostgresServer.class.getResourceAsStream(SCHEMA + name)) {
            if (in == null) {
                throw new IllegalArgumentException("No " + SCHEMA + name + " on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Server {

        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            if (Boolean.getBoolean(FORBIDDEN)) {
                throw new IllegalStateException("This process uses the server of the test that started it");
            }
            EmbeddedPostgres postgres;
            try {
                postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("full_page_writes", "on")
                        .setServerConfig("max_connections", "300")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(postgres), "postgres-stop"));
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                for (String name : SCRIPTS) {
                    statement.execute(script(name));
                }
            } catch (SQLException e) {
                throw new IllegalStateException("The schema of the toolkit could not be applied", e);
            }
            return postgres;
        }

        private static void close(EmbeddedPostgres postgres) {
            try {
                postgres.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
