package dev.interlock.samples.racelab;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Postgres of our own on a free port of the loopback interface; its data is deleted with it. */
final class PostgresProcess implements AutoCloseable {

    static final String USER = "postgres";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresProcess.class);

    private final EmbeddedPostgres postgres;
    private final Server server;

    private PostgresProcess(EmbeddedPostgres postgres) throws SQLException {
        this.postgres = postgres;
        this.server = new Server("Postgres", version(postgres), postgres.getPort());
    }

    static PostgresProcess start() {
        PostgresProcess process = Undisturbed.call("Starting Postgres", PostgresProcess::launch);
        LOG.info("{}", process.server);
        return process;
    }

    private static PostgresProcess launch() throws IOException, SQLException {
        EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                // The library turns both off; with them on a commit costs what it costs in production.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("listen_addresses", "localhost")
                .setPGStartupWait(Duration.ofMinutes(1))
                // The library's hook would stop Postgres while the context still uses it; the context stops it at its
                // end.
                .setRegisterShutdownHook(false)
                .start();
        try {
            return new PostgresProcess(postgres);
        } catch (SQLException | RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    Server server() {
        return server;
    }

    String jdbcUrl() {
        return "jdbc:postgresql://" + Server.HOST + ":" + postgres.getPort() + "/postgres";
    }

    @Override
    public void close() {
        Undisturbed.call("Stopping Postgres", () -> {
            postgres.close();
            return server;
        });
    }

    private static String version(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }
}
