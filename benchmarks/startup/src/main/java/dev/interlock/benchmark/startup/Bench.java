package dev.interlock.benchmark.startup;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.BenchmarkRedis;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Servers, compiled services and class paths: all that a start needs. Used by one thread. */
final class Bench implements AutoCloseable {

    private final Path directory;
    private final String with;
    private final String without;
    private final BenchmarkPostgres postgres;
    private final BenchmarkRedis redis;
    private final Map<Integer, Path> services = new HashMap<>();
    private int databases;

    private Bench(Path directory, String with, String without, BenchmarkPostgres postgres, BenchmarkRedis redis) {
        this.directory = directory;
        this.with = with;
        this.without = without;
        this.postgres = postgres;
        this.redis = redis;
    }

    /** From what the build left beside the classes of this module. */
    static Bench open() throws IOException {
        Path classes = classes();
        Path target = classes.getParent();
        String with = Files.readString(target.resolve("with-starter.txt"));
        String without = Files.readString(target.resolve("without-starter.txt"));
        Path directory = Files.createTempDirectory("startup");
        BenchmarkPostgres postgres = BenchmarkPostgres.start();
        try {
            return new Bench(directory, join(classes, with), join(classes, without), postgres, BenchmarkRedis.start());
        } catch (RuntimeException failure) {
            postgres.close();
            throw failure;
        }
    }

    private static Path classes() {
        try {
            return Path.of(Bench.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** One start. Only what its application does is timed. */
    Start start(Case of, boolean starter) throws IOException, SQLException {
        String database = of.fresh() ? newDatabase() : "postgres";
        try {
            List<String> properties = new ArrayList<>(List.of(
                    "redis=" + redis.url(),
                    "spring.datasource.username=postgres",
                    "spring.datasource.url=" + url(database)));
            properties.addAll(of.properties());
            return Start.of(join(services(of.guarded()), starter ? with : without), List.of(), properties);
        } finally {
            if (of.fresh()) {
                execute("DROP DATABASE " + database + " WITH (FORCE)");
            }
        }
    }

    private String newDatabase() throws SQLException {
        String name = "start_" + ++databases;
        execute("CREATE DATABASE " + name);
        return name;
    }

    private String url(String database) {
        return postgres.url().replaceFirst("/postgres\\?.*", "/" + database);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = BenchmarkPostgres.direct(postgres.url()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Path services(int guarded) throws IOException {
        Path compiled = services.get(guarded);
        if (compiled == null) {
            compiled = Files.createDirectory(directory.resolve("guarded-" + guarded));
            ServiceSources.compile(guarded, with, compiled);
            services.put(guarded, compiled);
        }
        return compiled;
    }

    private static String join(Path first, String rest) {
        return first + File.pathSeparator + rest;
    }

    @Override
    public void close() throws IOException {
        try (postgres;
                redis;
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
