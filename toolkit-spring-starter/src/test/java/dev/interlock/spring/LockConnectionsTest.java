package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.testing.PostgresServer;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/** Lock connections are found and set up so that a dead server is noticed within seconds. */
class LockConnectionsTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void haveShortTimeoutsAndAName() {
        Contexts.on(DATABASE).run(context -> {
            SimpleDriverDataSource source = find(context, new InterlockProperties.Postgres(null, null, null, Map.of()));
            assertThat(source.getConnectionProperties())
                    .containsEntry("connectTimeout", "3")
                    .containsEntry("loginTimeout", "3")
                    .containsEntry("tcpKeepAlive", "true")
                    .containsEntry("ApplicationName", "the locks");
            assertThat(applicationName(source)).isEqualTo("the locks");
            assertThat(source.getUrl()).isEqualTo(DATABASE.url());
            assertThat(source.getUsername()).isEqualTo(PostgresServer.user());
        });
    }

    @Test
    void takeParametersOfTheUrlFirst() {
        Contexts.on(DATABASE).run(context -> {
            String url = DATABASE.url() + "?ApplicationName=mine";
            assertThat(applicationName(find(context, new InterlockProperties.Postgres(url, null, null, Map.of()))))
                    .isEqualTo("mine");
        });
    }

    @Test
    void doNotMixAUserWithThePasswordOfAnother() {
        Contexts.on(DATABASE)
                .withPropertyValues("spring.datasource.password=of-the-pool")
                .run(context -> {
                    InterlockProperties.Postgres all = new InterlockProperties.Postgres(null, null, null, Map.of());
                    assertThat(find(context, all).getPassword()).isEqualTo("of-the-pool");
                    InterlockProperties.Postgres user = new InterlockProperties.Postgres(null, "locks", null, Map.of());
                    assertThat(find(context, user).getUsername()).isEqualTo("locks");
                    assertThat(find(context, user).getPassword()).isNull();
                    InterlockProperties.Postgres both =
                            new InterlockProperties.Postgres(null, "locks", "own", Map.of());
                    assertThat(find(context, both).getPassword()).isEqualTo("own");
                });
    }

    private static SimpleDriverDataSource find(
            AssertableApplicationContext context, InterlockProperties.Postgres properties) {
        LockConnections connections = new LockConnections(
                properties,
                context.getBean(DataSources.class),
                context.getBeanProvider(JdbcConnectionDetails.class),
                "the locks");
        return (SimpleDriverDataSource)
                connections.find(context.getBean(DataSource.class)).orElseThrow();
    }

    private static String applicationName(DataSource source) {
        return JdbcClient.create(source)
                .sql("SHOW application_name")
                .query(String.class)
                .single();
    }
}
