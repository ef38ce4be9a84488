package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.key.KeyNamespace;
import dev.interlock.postgres.PostgresSchema.Initialize;
import dev.interlock.weaving.GuardAdvisor;
import dev.interlock.weaving.WeavingMode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class InterlockPropertiesTest {

    private final ApplicationContextRunner runner = Contexts.bare();

    @Test
    void defaults() {
        runner.run(context -> assertThat(context.getBean(InterlockProperties.class))
                .isEqualTo(new InterlockProperties(
                        true,
                        null,
                        WeavingMode.PROXY,
                        GuardAdvisor.DEFAULT_ORDER,
                        new InterlockProperties.Schema(Initialize.ALWAYS),
                        new InterlockProperties.Lock(InterlockProperties.Backend.POSTGRES, 1000, null),
                        new InterlockProperties.Mutex(Duration.ofSeconds(2)),
                        new InterlockProperties.Retry(new InterlockProperties.Retry.Budget(0.1, 100, 10)),
                        new InterlockProperties.Idempotency(
                                DataSize.ofKilobytes(256),
                                InterlockProperties.LeasedStore.POSTGRES,
                                new InterlockProperties.Idempotency.NearCache(DataSize.ofMegabytes(16)),
                                List.of()),
                        new InterlockProperties.Queue(
                                true, Duration.ofSeconds(20), Duration.ofMillis(40), Duration.ofSeconds(20)),
                        new InterlockProperties.Web(true),
                        new InterlockProperties.Postgres(null, null, null, Map.of()))));
    }

    @Test
    void everyPropertyIsBound() {
        runner.withBean("reports", DataSource.class, JdbcDataSource::new)
                .withPropertyValues(
                        "interlock.enabled=true",
                        "interlock.namespace=orders",
                        "interlock.weaving=AspectJ",
                        "interlock.order=7",
                        "interlock.schema.initialize=never",
                        "interlock.lock.backend=memory",
                        "interlock.lock.max-held=20",
                        "interlock.lock.blocking-transactions=0",
                        "interlock.mutex.call-timeout=1500ms",
                        "interlock.retry.budget.tokens-per-call=0.5",
                        "interlock.retry.budget.capacity=7",
                        "interlock.retry.budget.tokens-per-second=0",
                        "interlock.idempotency.max-outcome-size=1KB",
                        "interlock.idempotency.leased-store=memory",
                        "interlock.idempotency.near-cache.max-size=0",
                        "interlock.idempotency.replayed-headers=X-Cost, X-Region",
                        "interlock.queue.work=false",
                        "interlock.queue.lease=9s",
                        "interlock.queue.poll-interval=1s",
                        "interlock.queue.drain-timeout=0s",
                        "interlock.web.problem-details=false",
                        "interlock.postgres.url=jdbc:postgresql://db/orders",
                        "interlock.postgres.username=locks",
                        "interlock.postgres.password=secret",
                        "interlock.postgres.data-sources.reports.url=jdbc:postgresql://db/reports",
                        "interlock.postgres.data-sources.reports.username=reporter",
                        "interlock.postgres.data-sources.reports.password=hidden")
                .run(context -> {
                    InterlockProperties properties = context.getBean(InterlockProperties.class);
                    assertThat(properties)
                            .isEqualTo(new InterlockProperties(
                                    true,
                                    "orders",
                                    WeavingMode.ASPECTJ,
                                    7,
                                    new InterlockProperties.Schema(Initialize.NEVER),
                                    new InterlockProperties.Lock(InterlockProperties.Backend.MEMORY, 20, 0),
                                    new InterlockProperties.Mutex(Duration.ofMillis(1500)),
                                    new InterlockProperties.Retry(new InterlockProperties.Retry.Budget(0.5, 7, 0)),
                                    new InterlockProperties.Idempotency(
                                            DataSize.ofKilobytes(1),
                                            InterlockProperties.LeasedStore.MEMORY,
                                            new InterlockProperties.Idempotency.NearCache(DataSize.ofBytes(0)),
                                            List.of("X-Cost", "X-Region")),
                                    new InterlockProperties.Queue(
                                            false, Duration.ofSeconds(9), Duration.ofSeconds(1), Duration.ZERO),
                                    new InterlockProperties.Web(false),
                                    new InterlockProperties.Postgres(
                                            "jdbc:postgresql://db/orders",
                                            "locks",
                                            "secret",
                                            Map.of(
                                                    "reports",
                                                    new InterlockProperties.Connection(
                                                            "jdbc:postgresql://db/reports", "reporter", "hidden")))));
                    assertThat(properties.toString()).contains("reporter").doesNotContain("secret", "hidden");
                });
    }

    @Test
    void everyPropertyIsDescribedForEditors() throws IOException {
        JsonNode metadata = JsonMapper.shared()
                .readTree(new ClassPathResource("META-INF/spring-configuration-metadata.json").getContentAsByteArray());
        List<JsonNode> properties = metadata.get("properties")
                .valueStream()
                .filter(property -> property.get("name").asString().startsWith("interlock."))
                .toList();
        assertThat(properties)
                .extracting(property -> property.get("name").asString())
                .contains("interlock.namespace", "interlock.lock.max-held", "interlock.mutex.call-timeout");
        assertThat(properties)
                .allSatisfy(property -> assertThat(property.path("description").asString(""))
                        .describedAs(property.get("name").asString())
                        .endsWith("."));
        assertThat(properties)
                .filteredOn(property -> property.get("name").asString().equals("interlock.mutex.call-timeout"))
                .singleElement()
                .satisfies(property -> {
                    assertThat(property.get("type").asString()).isEqualTo("java.time.Duration");
                    assertThat(property.get("defaultValue").asString()).isEqualTo("2s");
                });
    }

    @Test
    void orderIsThatOfTheAdvisor() {
        runner.run(context ->
                assertThat(context.getBean(GuardAdvisor.class).getOrder()).isEqualTo(GuardAdvisor.DEFAULT_ORDER));
        runner.withPropertyValues("interlock.order=7")
                .run(context -> assertThat(context.getBean(GuardAdvisor.class).getOrder())
                        .isEqualTo(7));
    }

    @Test
    void namespaceGoesBeforeTheApplicationName() {
        runner.withPropertyValues("interlock.namespace=orders")
                .run(context ->
                        assertThat(context.getBean(KeyNamespace.class).value()).isEqualTo("orders"));
    }

    @Test
    void namelessServicesAreWarned(CapturedOutput output) {
        runner.withPropertyValues("spring.application.name=")
                .run(context ->
                        assertThat(context.getBean(KeyNamespace.class).value()).isEqualTo("application"));
        assertThat(output.getAll().lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .endsWith(
                        "Neither interlock.namespace nor spring.application.name is set, so the namespace is 'application':"
                                + " two unnamed services on one database share their locks. Set one of the two");
    }

    @Test
    void longNamespacesAreCutForPostgres() {
        assertThat(Namespaces.applicationName(new KeyNamespace("shop"))).isEqualTo("shop interlock");
        assertThat(Namespaces.applicationName(new KeyNamespace("s".repeat(100))))
                .isEqualTo("s".repeat(50) + " interlock");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            namespace                      | ' '            | A namespace must not be blank
            lock.max-held                  | 0              | It must be at least 1
            lock.blocking-transactions     | -1             | It must be 0 or more
            mutex.call-timeout             | 0s             | It must be more than zero and at most a day
            mutex.call-timeout             | -1s            | It must be more than zero and at most a day
            mutex.call-timeout             | 2d             | It must be more than zero and at most a day
            idempotency.max-outcome-size   | 0B             | It must be more than zero and at most 256MB
            idempotency.max-outcome-size   | 257MB          | It must be more than zero and at most 256MB
            idempotency.near-cache.max-size | -1B           | It must be 0 or more; with 0 nothing is remembered.
            queue.lease                    | 999ms          | It must be 1s to 1h. Remove it to allow 20s.
            queue.lease                    | 61m            | It must be 1s to 1h. Remove it to allow 20s.
            queue.poll-interval            | 4ms            | It must be 5ms to 1m. Remove it to allow 40ms.
            queue.poll-interval            | 61s            | It must be 5ms to 1m. Remove it to allow 40ms.
            queue.drain-timeout            | -1ms           | It must be 0 to 1h; with 0 jobs at work are interrupted at once.
            queue.drain-timeout            | 61m            | It must be 0 to 1h; with 0 jobs at work are interrupted at once.
            postgres.url                   | postgres://db  | It must be a JDBC URL. Write jdbc:postgresql://host:port/database.
            postgres.data-sources.none.url | jdbc:x         | It must name a DataSource bean, but there is none of that name.
            """)
    void wrongValuesAreNamedWithTheirRule(String property, String value, String reason) {
        runner.withPropertyValues("interlock." + property + "=" + value).run(context -> {
            Throwable failure = context.getStartupFailure();
            assertThat(failure).isNotNull();
            assertThat(failure)
                    .rootCause()
                    .isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, wrong -> {
                        assertThat("interlock." + property).startsWith(wrong.getName());
                        assertThat(wrong.getReason()).contains(reason);
                    });
        });
    }

    @ParameterizedTest
    @CsvSource({
        "weaving, agent",
        "schema.initialize, sometimes",
        "lock.backend, redis",
        "order, first",
        "mutex.call-timeout, soon",
        "idempotency.max-outcome-size, much",
        "queue.work, perhaps",
        "queue.lease, long",
        "web.problem-details, perhaps"
    })
    void wordsThatAreNoValueFailStartUp(String property, String value) {
        runner.withPropertyValues("interlock." + property + "=" + value)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("Failed to bind properties under 'interlock." + property + "'"));
    }
}
