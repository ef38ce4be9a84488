package dev.interlock.fault;

import dev.interlock.postgres.PostgresSchema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real Postgres of one test class, which may be stopped, killed and started again on the same data and port. Its commits
 * are durable. Not thread-safe.
 */
final class OwnPostgres implements AutoCloseable {

    private final Path directory;
    private final int port;
    private EmbeddedPostgres server;

    private OwnPostgres(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** A running server with the schema of the toolkit. */
    static OwnPostgres started() {
        try {
            OwnPostgres postgres = new OwnPostgres(Files.createTempDirectory("interlock-postgres"), freePort());
            Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "own-postgres-stop"));
            postgres.start();
            new PostgresSchema(postgres.direct()).prepare(PostgresSchema.Initialize.ALWAYS);
            return postgres;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Every {@code getConnection()} opens a new connection. */
    DataSource direct() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://localhost:" + port + "/postgres");
        source.setUser("postgres");
        return source;
    }

    synchronized void start() {
        try {
            server = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(directory.resolve("data"))
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("max_connections", "100")
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Ends all sessions and shuts down in order, as {@code pg_ctl stop -m fast}. */
    synchronized void stopFast() {
        closeServer();
    }

    /** {@code kill -9} of the postmaster; returns when its other processes have noticed and ended as well. */
    synchronized void killHard() {
        ProcessHandle postmaster = ProcessHandle.of(pid()).orElseThrow();
        List<ProcessHandle> all =
                Stream.concat(postmaster.descendants(), Stream.of(postmaster)).toList();
        postmaster.destroyForcibly();
        all.forEach(process -> process.onExit().orTimeout(60, TimeUnit.SECONDS).join());
        Quiet nothingLeftToStop = new Quiet(EmbeddedPostgres.class.getName());
        try {
            closeServer();
        } finally {
            nothingLeftToStop.close();
        }
    }

    private long pid() {
        try {
            return Long.parseLong(Files.readAllLines(directory.resolve("data/postmaster.pid"))
                    .get(0)
                    .trim());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void closeServer() {
        EmbeddedPostgres running = server;
        server = null;
        if (running != null) {
            try {
                running.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    @Override
    public synchronized void close() {
        closeServer();
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
