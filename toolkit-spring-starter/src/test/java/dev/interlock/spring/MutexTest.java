package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.lock.MutexSpaces;
import dev.interlock.test.Race;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Mutexes come with nothing but a RedissonClient in the context, wherever that is defined, and really exclude. */
class MutexTest {

    private static final int CALLERS = 32;
    private static final int ROUNDS = 5;
    private static final RedisServer REDIS = RedisServer.start();

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @Test
    void excludeTheCallersOfTwoProcesses() {
        try (TestDatabase database = new TestDatabase()) {
            Tally.createTable(database.jdbc());
            ApplicationContextRunner node =
                    TestRedisson.in(Contexts.on(database), REDIS).withBean(MutexTally.class);
            node.run(one -> node.run(other -> {
                List<MutexTally> nodes = List.of(one.getBean(MutexTally.class), other.getBean(MutexTally.class));
                assertThat(raced(nodes, 1, MutexTally::alone)).isEqualTo(CALLERS * ROUNDS);
                assertThat(raced(nodes, 2, MutexTally::inTransaction)).isEqualTo(CALLERS * ROUNDS);
                assertThat(raced(nodes, 3, MutexTally::control)).isLessThan(CALLERS * ROUNDS);
                assertThat(raced(nodes, 4, MutexTally::controlInTransaction)).isLessThan(CALLERS * ROUNDS);
            }));
        }
    }

    @Test
    void needNoDatabase() {
        TestRedisson.in(Contexts.bare(), REDIS).withBean(MutexService.class).run(context -> {
            MutexService service = context.getBean(MutexService.class);
            race(service, MutexService::guarded);
            assertThat(service.value()).isEqualTo(CALLERS * ROUNDS * 20);
            race(service, MutexService::control);
            assertThat(service.value()).isLessThan(2 * CALLERS * ROUNDS * 20);
        });
    }

    @Test
    void liveInMemoryWhereThatIsChosenThoughThereIsARedis() {
        TestRedisson.in(Contexts.bare(), REDIS)
                .withPropertyValues("interlock.lock.backend=memory")
                .withBean(MutexService.class)
                .run(context -> {
                    MutexService service = context.getBean(MutexService.class);
                    race(service, MutexService::guarded);
                    assertThat(service.value()).isEqualTo(CALLERS * ROUNDS * 20);
                    assertThat(service.during("4711", () -> REDIS.keys("interlock:*")))
                            .isEmpty();
                });
    }

    @Test
    void liveInMemoryWithoutRedisson() {
        Contexts.bare()
                .withClassLoader(new FilteredClassLoader("org.redisson"))
                .withPropertyValues("interlock.lock.backend=memory")
                .withBean(MutexService.class)
                .run(context -> {
                    MutexService service = context.getBean(MutexService.class);
                    race(service, MutexService::guarded);
                    assertThat(service.value()).isEqualTo(CALLERS * ROUNDS * 20);
                });
    }

    @Test
    void findTheClientOfALaterAutoConfiguration() {
        assertKeyInRedis(Contexts.bare().withConfiguration(AutoConfigurations.of(LaterAutoConfiguration.class)));
    }

    @Test
    void findTheClientOfAnEarlierAutoConfiguration() {
        assertKeyInRedis(Contexts.bare().withConfiguration(AutoConfigurations.of(EarlierAutoConfiguration.class)));
    }

    @Test
    void findAClientThatIsMadeWhenItIsFirstWanted() {
        assertKeyInRedis(Contexts.bare().withUserConfiguration(LazyClient.class));
    }

    @Test
    void takeThePrimaryClientOfSeveral() {
        assertKeyInRedis(TestRedisson.in(Contexts.bare(), REDIS)
                .withBean("preferred", RedissonClient.class, () -> TestRedisson.client(REDIS), definition -> {
                    definition.setDestroyMethodName("shutdown");
                    definition.setPrimary(true);
                }));
    }

    @Test
    void doNotMakeTheClientWhereNothingIsGuardedByThem() {
        AtomicInteger made = new AtomicInteger();
        Contexts.bare()
                .withBean(
                        RedissonClient.class,
                        () -> {
                            made.incrementAndGet();
                            return TestRedisson.client(REDIS);
                        },
                        definition -> definition.setLazyInit(true))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(MutexSpaces.class));
        assertThat(made).hasValue(0);
    }

    private static void assertKeyInRedis(ApplicationContextRunner runner) {
        runner.withBean(MutexService.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(MutexService.class).during("4711", () -> REDIS.keys("interlock:*")))
                    .singleElement()
                    .asString()
                    .matches("interlock:\\{service:[0-9a-f]{16}}");
            // Redisson removes its own trace of an unlock without waiting for it.
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(REDIS.keys("*")).isEmpty());
        });
    }

    private static long raced(List<MutexTally> nodes, long id, ObjLongConsumer<MutexTally> increment) throws Exception {
        AtomicInteger number = new AtomicInteger();
        Race.callers(CALLERS)
                .runAll(caller -> {
                    MutexTally node = nodes.get(number.getAndIncrement() % nodes.size());
                    for (int round = 0; round < ROUNDS; round++) {
                        increment.accept(node, id);
                    }
                })
                .requireNoFailure();
        return nodes.get(0).value(id);
    }

    private static void race(MutexService service, Consumer<MutexService> call) throws Exception {
        Race.callers(CALLERS)
                .runAll(caller -> {
                    for (int round = 0; round < ROUNDS * 20; round++) {
                        call.accept(service);
                    }
                })
                .requireNoFailure();
    }

    @AutoConfiguration(after = InterlockAutoConfiguration.class)
    static class LaterAutoConfiguration {

        @Bean
        RedissonClient redisson() {
            return TestRedisson.client(REDIS);
        }
    }

    @AutoConfiguration(before = InterlockAutoConfiguration.class)
    static class EarlierAutoConfiguration {

        @Bean
        RedissonClient redisson() {
            return TestRedisson.client(REDIS);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyClient {

        @Bean
        @Lazy
        RedissonClient redisson() {
            return TestRedisson.client(REDIS);
        }
    }
}
