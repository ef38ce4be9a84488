package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.key.KeyNamespace;
import dev.interlock.queue.JacksonPayloads;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.PayloadCodec;
import dev.interlock.queue.QueueSettings;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import java.lang.reflect.Type;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** When there are queues, and where they are kept. */
class QueueConfigurationTest {

    private static final TestDatabase SHOP = new TestDatabase();
    private static final TestDatabase REPORTS = new TestDatabase();

    @AfterAll
    static void drop() {
        SHOP.close();
        REPORTS.close();
    }

    @AfterEach
    void empty() {
        for (TestDatabase database : new TestDatabase[] {SHOP, REPORTS}) {
            database.jdbc()
                    .sql(
                            "DO $$ BEGIN IF to_regclass('interlock_job') IS NOT NULL THEN DELETE FROM interlock_job; END IF; END $$")
                    .update();
        }
    }

    record Letter(int firstNumber) {}

    @Configuration(proxyBeanMethods = false)
    static class Letters {

        @Bean
        WorkQueue<Letter> letters(Queues queues) {
            return queues.work("letters", Letter.class).create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Handling {

        @Bean
        JobHandler<Letter> handler() {
            return (letter, job) -> {};
        }
    }

    @Test
    void costNothingUntilSomebodyAsksForThem() {
        Contexts.on(SHOP).run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(PayloadCodec.class);
            assertThat(context.getBeanFactory().getBeanNamesForType(Queues.class))
                    .containsExactly(QueueConfiguration.QUEUES);
            assertThat(context.getBeanFactory().containsSingleton(QueueConfiguration.QUEUES))
                    .isFalse();
        });
    }

    @Test
    void areNotThereWithoutWhatTheyNeed() {
        Contexts.bare().run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Queues.class));
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, InterlockAutoConfiguration.class))
                .withPropertyValues(SHOP.properties())
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PlatformTransactionManager.class)
                        .doesNotHaveBean(Queues.class));
        Contexts.on(SHOP)
                .withClassLoader(new FilteredClassLoader(JsonMapper.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PayloadCodec.class)
                        .doesNotHaveBean(Queues.class));
    }

    @Test
    void handlersWithoutAnyQueuesAreRefused() {
        Contexts.bare()
                .withUserConfiguration(Handling.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("JobHandler bean 'handler' would never be called: no queue carries "));
    }

    @Test
    void anotherCodecNeedsNoJackson() {
        Contexts.on(SHOP)
                .withClassLoader(new FilteredClassLoader(JsonMapper.class))
                .withBean(PayloadCodec.class, Words::new)
                .withUserConfiguration(Letters.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                    assertThat(payload(SHOP)).isEqualTo("a letter");
                });
    }

    /** A codec that knows one word. */
    static final class Words implements PayloadCodec {

        @Override
        public Form form(Type type) {
            return new Form() {
                @Override
                public String write(Object payload) {
                    return "a letter";
                }

                @Override
                public Object read(String text) {
                    return new Letter(0);
                }
            };
        }
    }

    @Test
    void payloadsAreWrittenAsTheApplicationWritesJson() {
        Contexts.on(SHOP)
                .withBean(
                        JsonMapper.class,
                        () -> JsonMapper.builder()
                                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                                .build())
                .withUserConfiguration(Letters.class)
                .run(context -> {
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                    assertThat(payload(SHOP)).isEqualTo("{\"first_number\":1}");
                });
    }

    @Test
    void whereLocksLiveMakesNoDifference() {
        Contexts.on(SHOP)
                .withPropertyValues("interlock.lock.backend=memory")
                .withUserConfiguration(Letters.class, Handling.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                    awaitEmpty(SHOP);
                });
    }

    @Test
    void otherProductsAreRefusedWhereQueuesAreMadeAndLeftAloneOtherwise() {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setUrl("jdbc:h2:mem:queues");
        ApplicationContextRunner onH2 = Contexts.bare().withBean("h2", DataSource.class, () -> h2);
        onH2.run(context -> assertThat(context).hasNotFailed());
        onH2.withUserConfiguration(Letters.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains("1 problem with queues:")
                        .contains(
                                "queues are kept in Postgres 14 or newer, but DataSource 'h2' is H2; use Postgres, or define a bean"
                                        + " of type Queues for the DataSource that shall have them"));
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {

        @Bean
        DataSource shop() {
            return SHOP.direct();
        }

        @Bean
        DataSource reports() {
            return new TransactionAwareDataSourceProxy(REPORTS.direct());
        }

        @Bean
        PlatformTransactionManager shopManager(DataSource shop) {
            return new DataSourceTransactionManager(shop);
        }

        @Bean
        PlatformTransactionManager reportsManager(DataSource reports) {
            return new DataSourceTransactionManager(reports);
        }
    }

    @Test
    void severalDataSourcesOfWhichNoneIsPrimaryAreRefusedWhereQueuesAreMade() {
        ApplicationContextRunner two = Contexts.bare().withUserConfiguration(TwoDataSources.class);
        two.run(context -> assertThat(context).hasNotFailed());
        two.withUserConfiguration(Letters.class)
                .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                        .contains(
                                "queues are kept in the primary DataSource, and of the DataSource beans none is; mark one"
                                        + " @Primary, or define a bean of type Queues"));
    }

    @Test
    void theManagerIsTheOneOfTheDataSource() {
        Contexts.bare()
                .withUserConfiguration(TwoDataSources.class, Letters.class, Handling.class)
                .withInitializer(context -> context.addBeanFactoryPostProcessor(beans -> {
                    beans.getBeanDefinition("reports").setPrimary(true);
                    beans.getBeanDefinition("shopManager").setPrimary(true);
                }))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    new TransactionTemplate(context.getBean("reportsManager", PlatformTransactionManager.class))
                            .executeWithoutResult(status -> {
                                enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                                status.setRollbackOnly();
                            });
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                    awaitEmpty(REPORTS);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoManagers {

        @Bean
        PlatformTransactionManager first(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        PlatformTransactionManager second(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }
    }

    @Test
    void severalManagersOfTheDataSourceAreRefused() {
        Contexts.on(SHOP)
                .withUserConfiguration(TwoManagers.class, Letters.class)
                .run(
                        context -> assertThat(Contexts.messages(context.getStartupFailure()))
                                .contains(
                                        "the queues' transactions need the manager of DataSource 'dataSource', and of the 2"
                                                + " transaction managers several are; mark it @Primary, or define a bean of type Queues"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnQueues {

        @Bean
        Queues ownQueues(KeyNamespace namespace) {
            DataSource reports = REPORTS.direct();
            return new Queues(
                    reports,
                    new DataSourceTransactionManager(reports),
                    namespace,
                    new JacksonPayloads(new JsonMapper()),
                    QueueSettings.DEFAULTS);
        }
    }

    @Test
    void theApplicationsOwnQueuesAreWorkedInsteadOfTheToolkits() {
        Contexts.on(REPORTS).run(context -> assertThat(context).hasNotFailed());
        Contexts.on(SHOP)
                .withUserConfiguration(OwnQueues.class, Letters.class, Handling.class)
                .run(context -> {
                    assertThat(context).hasSingleBean(Queues.class).hasBean("ownQueues");
                    assertThat(context.getBean(Queues.class).isRunning()).isTrue();
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                    awaitEmpty(REPORTS);
                });
    }

    @Test
    void propertiesReachTheNode() {
        Contexts.on(SHOP)
                .withPropertyValues("interlock.queue.lease=90s")
                .withUserConfiguration(Letters.class, Handling.class)
                .run(context -> await().atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(SHOP.jdbc()
                                        .sql("SELECT EXISTS (SELECT FROM interlock_queue_node WHERE lease_until >"
                                                + " clock_timestamp() + interval '60 s')")
                                        .query(Boolean.class)
                                        .single())
                                .isTrue()));
    }

    @Test
    void aProcessMayOnlyEnqueue() {
        Contexts.on(SHOP)
                .withPropertyValues("interlock.queue.work=false")
                .withUserConfiguration(Letters.class, Handling.class)
                .run(context -> {
                    assertThat(context.getBean(Queues.class).withoutHandler()).isEmpty();
                    assertThat(context.getBean(Queues.class).isRunning()).isFalse();
                    enqueue(context.getBeanProvider(WorkQueue.class).getObject());
                    assertThat(payload(SHOP)).isEqualTo("{\"firstNumber\":1}");
                });
    }

    @SuppressWarnings("unchecked")
    private static void enqueue(WorkQueue<?> letters) {
        ((WorkQueue<Letter>) letters).enqueue(new Letter(1));
    }

    private static String payload(TestDatabase database) {
        return database.jdbc()
                .sql("SELECT payload FROM interlock_job")
                .query(String.class)
                .single();
    }

    private static void awaitEmpty(TestDatabase database) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(database.jdbc()
                                .sql("SELECT count(*) FROM interlock_job")
                                .query(Long.class)
                                .single())
                        .isZero());
    }
}
