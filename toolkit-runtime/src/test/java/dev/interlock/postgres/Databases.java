package dev.interlock.postgres;

import dev.interlock.testing.PostgresServer;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Databases of the test server other than its main one. */
final class Databases {

    private Databases() {}

    static DataSource at(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(PostgresServer.user());
        return source;
    }

    /** A new one, empty but for what the scripts make. */
    static DataSource create(String... scripts) {
        String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
        JdbcClient.create(PostgresServer.direct())
                .sql("CREATE DATABASE " + name)
                .update();
        DataSource source = at(PostgresServer.url().replaceFirst("/postgres$", "/" + name));
        List.of(scripts).forEach(script -> JdbcClient.create(source).sql(script).update());
        return source;
    }
}
