package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.postgres.SchemaException;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

class SchemaInitializationTest {

    private final TestDatabase database = new TestDatabase();
    private final ApplicationContextRunner runner = Contexts.on(database);

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void createsItsObjectsAgainAndAgain() {
        for (int start = 0; start < 2; start++) {
            runner.run(context -> {
                assertThat(context).hasNotFailed();
                assertThat(database.hasSchema()).isTrue();
            });
        }
    }

    @Test
    void onlyChecksThemIfTold() {
        runner.withPropertyValues("interlock.schema.initialize=never").run(context -> {
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining(
                            "The function interlock_lock_key is missing and interlock.schema.initialize=never");
            assertThat(database.hasSchema()).isFalse();
        });
        runner.run(context -> assertThat(context).hasNotFailed());
        runner.withPropertyValues("interlock.schema.initialize=never")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void onlyTheLatestObjectsMayBeMissingToo() {
        database.jdbc().sql(PostgresServer.script("V1__lock_key.sql")).update();
        assertThat(database.hasSchema()).isTrue();
        runner.withPropertyValues("interlock.schema.initialize=never").run(context -> {
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining(
                            "The table interlock_fence, interlock_fence_floor or sequence interlock_fencing_token is"
                                    + " missing and"
                                    + " interlock.schema.initialize=never; run the scripts in classpath:dev/interlock/schema"
                                    + " (a Flyway location), or set it to always");
            assertThat(database.hasFences()).isFalse();
        });
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(database.hasFences()).isTrue();
        });
    }

    @Test
    void aDatabaseThatCannotBeReachedIsToldAsSuch() {
        runner.withPropertyValues(
                        "spring.datasource.hikari.connection-timeout=300",
                        "spring.datasource.url=" + database.url().replaceFirst(":\\d+/", ":1/"))
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("DataSource 'dataSource': the database cannot be reached: ")
                        .contains("Connection to localhost:1 refused"));
    }

    @Test
    void usersOfTheDatabaseWait() {
        runner.withUserConfiguration(NeedsSchema.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void usersOfTheDatabaseWaitEvenWhereNothingElseInitializesIt() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, InterlockAutoConfiguration.class))
                .withPropertyValues(database.properties())
                .withUserConfiguration(NeedsSchema.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void flywayMigratesFirstSinceItWantsAnEmptyDatabase() {
        runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.hasSchema()).isTrue();
                });
    }

    @Test
    void flywayCanCreateTheObjects() {
        runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .withPropertyValues(
                        "interlock.schema.initialize=never", "spring.flyway.locations=classpath:dev/interlock/schema")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.hasSchema()).isTrue();
                    assertThat(database.hasFences()).isTrue();
                    assertThat(migrations()).containsExactly("1", "2", "3", "4");
                });
    }

    @Test
    void flywayAddsToWhatItCreatedBefore() {
        ApplicationContextRunner migrated = runner.withConfiguration(
                        AutoConfigurations.of(FlywayAutoConfiguration.class))
                .withPropertyValues("spring.flyway.locations=classpath:dev/interlock/schema");
        migrated.withPropertyValues("interlock.schema.initialize=never", "spring.flyway.target=1")
                .run(
                        context -> assertThat(Contexts.messages(context.getStartupFailure()))
                                .contains(
                                        "The table interlock_fence, interlock_fence_floor or sequence interlock_fencing_token is missing"));
        assertThat(migrations()).containsExactly("1");
        migrated.withPropertyValues("interlock.schema.initialize=never")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(migrations()).containsExactly("1", "2", "3", "4");
    }

    private List<String> migrations() {
        return database.jdbc()
                .sql("SELECT version FROM flyway_schema_history ORDER BY installed_rank")
                .query(String.class)
                .list();
    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsSchema {

        @Bean
        @DependsOnDatabaseInitialization
        InitializingBean early(DataSource dataSource) {
            return () -> assertThat(JdbcClient.create(dataSource)
                            .sql("SELECT interlock_lock_key('shop', 'order', '1')")
                            .query(Long.class)
                            .single())
                    .isNotZero();
        }
    }
}
