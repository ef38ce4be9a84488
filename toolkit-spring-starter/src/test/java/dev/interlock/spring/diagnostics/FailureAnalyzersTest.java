package dev.interlock.spring.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.queue.JobHandler;
import dev.interlock.spring.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the operator of a whole application reads when it does not start. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalyzersTest {

    @Test
    void guards(CapturedOutput output) {
        try (TestDatabase database = new TestDatabase()) {
            assertThat(catchThrowable(() -> start(database))).isNotNull();
        }
        assertThat(report(output)).isEqualTo("""
                Description:

                Interlock cannot guard these methods as annotated:

                    - @AdvisoryLocked on Shop.ship(long): key "#orderId" refers to unknown variable #orderId; use #id
                    - @AdvisoryLocked on Till.open(): waitTime = "-1s" is negative; write "0s" to try once

                Action:

                Follow the remedy at the end of each line. Every problem that start-up can find is listed, so one round should do.

                """);
    }

    @Test
    void schema(CapturedOutput output) {
        try (TestDatabase database = new TestDatabase()) {
            assertThat(catchThrowable(() -> start(database, "--interlock.schema.initialize=never")))
                    .isNotNull();
        }
        assertThat(report(output)).isEqualTo("""
                Description:

                DataSource 'dataSource': The function interlock_lock_key is missing and interlock.schema.initialize=never; run the scripts in \
                classpath:dev/interlock/schema (a Flyway location), or set it to always

                Action:

                Choose one:

                    - let Interlock create its objects: interlock.schema.initialize=always, with a database user that may
                      create functions and tables
                    - let Flyway create them: add classpath:dev/interlock/schema to spring.flyway.locations, and set
                      interlock.schema.initialize=never
                    - run the scripts in dev/interlock/schema of the toolkit-runtime jar by hand, and set
                      interlock.schema.initialize=never

                """);
    }

    @Test
    void connection(CapturedOutput output) {
        try (TestDatabase database = new TestDatabase()) {
            assertThat(catchThrowable(() -> start(
                            database,
                            "--spring.flyway.enabled=false",
                            "--spring.datasource.hikari.connection-timeout=300",
                            "--spring.datasource.url=jdbc:postgresql://localhost:1/nowhere")))
                    .isNotNull();
        }
        assertThat(report(output))
                .contains("DataSource 'dataSource': the database cannot be reached: ")
                .endsWith("""
                        Action:

                        Start the database, or correct the address of the DataSource, usually spring.datasource.url.

                        """);
    }

    @Test
    void queues(CapturedOutput output) {
        try (TestDatabase database = new TestDatabase()) {
            assertThat(catchThrowable(() -> start(Handling.class, database))).isNotNull();
        }
        assertThat(report(output)).isEqualTo("""
                Description:

                Interlock cannot work these queues as declared:

                    - JobHandler bean 'handler' would never be called: no queue carries java.lang.Integer; make one with \
                queues.work("name", Integer.class), or remove the bean

                Action:

                Follow the remedy at the end of each line.

                """);
    }

    @Test
    void properties(CapturedOutput output) {
        try (TestDatabase database = new TestDatabase()) {
            assertThat(catchThrowable(() -> start(database, "--interlock.lock.max-held=0")))
                    .isNotNull();
        }
        assertThat(report(output))
                .contains("Invalid value '0' for configuration property 'interlock.lock.max-held'")
                .contains("It must be at least 1, or no session lock could ever be taken. Remove it to allow 1000.");
    }

    private static void start(TestDatabase database, String... arguments) {
        start(Application.class, database, arguments);
    }

    private static void start(Class<?> source, TestDatabase database, String... arguments) {
        SpringApplication application = new SpringApplicationBuilder(source)
                .web(WebApplicationType.NONE)
                .properties(database.properties())
                .build();
        application.setRegisterShutdownHook(false);
        application.run(arguments).close();
    }

    private static String report(CapturedOutput output) {
        String text = output.getAll().replace("\r\n", "\n");
        return text.substring(text.indexOf("Description:\n"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Shop shop() {
            return new Shop();
        }

        @Bean
        Till till() {
            return new Till();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Handling {

        @Bean
        JobHandler<Integer> handler() {
            return (number, job) -> {};
        }
    }

    static class Shop {

        @AdvisoryLocked(name = "order", key = "#orderId")
        public void ship(long id) {}
    }

    static class Till {

        @AdvisoryLocked(name = "order", waitTime = "-1s")
        public void open() {}
    }
}
