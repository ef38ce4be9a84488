package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.OutcomeUnknownException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** {@code interlock.idempotency.leased-store=redis}: leased calls run once over several processes, with a Redis alone. */
class LeasesInRedisTest {

    private static final int CALLERS = 64;
    private static final String CHOSEN = "interlock.idempotency.leased-store=redis";
    private static final RedisServer REDIS = RedisServer.start();
    private static final AtomicInteger EFFECTS = new AtomicInteger();

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    @BeforeEach
    void clear() {
        REDIS.flush();
        EFFECTS.set(0);
    }

    private static ApplicationContextRunner application() {
        return TestRedisson.in(Contexts.bare(), REDIS)
                .withPropertyValues(CHOSEN)
                .withBean(Charges.class);
    }

    @Test
    void aLeasedCallRunsOnceForAllCallersOfTwoProcesses() {
        application()
                .run(one -> application().run(other -> {
                    List<Charges> nodes = List.of(one.getBean(Charges.class), other.getBean(Charges.class));
                    RaceResult<String> race = Race.callers(CALLERS)
                            .run(caller -> nodes.get(caller.number() % 2).charge("o-1", 10));
                    assertThat(race.requireNoFailure().values()).containsOnly("charge 1 of o-1");
                    assertThat(EFFECTS).hasValue(1);
                    assertThat(REDIS.keys("interlock:idempotency:*")).hasSize(1);
                    assertThat(nodes.get(0).charge("o-2", 10)).isEqualTo("charge 2 of o-2");
                }));
    }

    @Test
    void controlArmWithoutTheAnnotationRunsForEachCaller() {
        application()
                .run(one -> application().run(other -> {
                    List<Charges> nodes = List.of(one.getBean(Charges.class), other.getBean(Charges.class));
                    Race.callers(CALLERS)
                            .runAll(caller -> nodes.get(caller.number() % 2).control("o-1"))
                            .requireNoFailure();
                    assertThat(EFFECTS).hasValue(CALLERS);
                }));
    }

    @Test
    void aCallOfUnknownOutcomeIsHeldInOneProcessAndResolvedInAnother() {
        application()
                .run(one -> application().run(other -> {
                    assertThatThrownBy(() -> one.getBean(Charges.class).fail("o-1"))
                            .isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(() -> other.getBean(Charges.class).fail("o-1"))
                            .isInstanceOf(OutcomeUnknownException.class);
                    HeldRecords held = other.getBean(HeldRecords.class);
                    assertThat(held.list(10)).singleElement().satisfies(record -> {
                        assertThat(record.name()).isEqualTo("failing");
                        assertThat(held.complete(record.id(), "found out", Duration.ofHours(1)))
                                .isTrue();
                    });
                    assertThat(one.getBean(Charges.class).fail("o-1")).isEqualTo("found out");
                    assertThat(EFFECTS).hasValue(1);
                    await().atMost(Duration.ofSeconds(20))
                            .untilAsserted(() -> assertThat(held.list(10)).isEmpty());
                }));
    }

    @Test
    void transactionalCallsOfTheSameApplicationAreRecordedInItsDatabase() {
        try (TestDatabase database = new TestDatabase()) {
            TestRedisson.in(Contexts.on(database), REDIS)
                    .withPropertyValues(CHOSEN)
                    .withBean(Charges.class)
                    .withBean(Booking.class)
                    .run(context -> {
                        context.getBean(Charges.class).charge("o-1", 10);
                        assertThat(context.getBean(Booking.class).book("o-1")).isOne();
                        assertThat(context.getBean(Booking.class).book("o-1")).isOne();
                        assertThat(database.jdbc()
                                        .sql("SELECT name FROM interlock_idempotency")
                                        .query(String.class)
                                        .list())
                                .containsExactly("booking");
                        assertThat(REDIS.keys("interlock:idempotency:*")).hasSize(1);
                    });
        }
    }

    @Test
    void withoutAClientStartUpNamesTheBean() {
        Contexts.bare()
                .withPropertyValues(CHOSEN)
                .withBean(Charges.class)
                .run(context -> assertThat(problems(context))
                        .hasSize(2)
                        .allSatisfy(problem -> assertThat(problem)
                                .contains(
                                        "mode = LEASED has no store; interlock.idempotency.leased-store=redis keeps leases"
                                                + " in Redis; define one RedissonClient bean, as Redisson's Spring Boot starter does,"
                                                + " or mark one @Primary")));
        Contexts.bare()
                .withPropertyValues(CHOSEN)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void withoutRedissonOnTheClassPathTheLibraryIsNamed() {
        ApplicationContextRunner runner = Contexts.bare()
                .withClassLoader(new FilteredClassLoader("org.redisson"))
                .withPropertyValues(CHOSEN);
        runner.withBean(Charges.class)
                .run(
                        context -> assertThat(problems(context))
                                .hasSize(2)
                                .allSatisfy(
                                        problem -> assertThat(problem)
                                                .contains(
                                                        "mode = LEASED has no store; interlock.idempotency.leased-store=redis keeps leases"
                                                                + " in Redis; add org.redisson:redisson and define a RedissonClient bean")));
        runner.run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void leasesInTheMemoryNeedNoRedisson() {
        Contexts.bare()
                .withClassLoader(new FilteredClassLoader("org.redisson"))
                .withPropertyValues("interlock.idempotency.leased-store=memory")
                .withBean(Charges.class)
                .run(context -> {
                    Charges charges = context.getBean(Charges.class);
                    assertThat(charges.charge("o-1", 10)).isEqualTo(charges.charge("o-1", 10));
                    assertThat(EFFECTS).hasValue(1);
                });
    }

    @Test
    void theClientIsNotMadeWhereNothingIsIdempotent() {
        AtomicInteger made = new AtomicInteger();
        Contexts.bare()
                .withPropertyValues(CHOSEN)
                .withBean(
                        RedissonClient.class,
                        () -> {
                            made.incrementAndGet();
                            return TestRedisson.client(REDIS);
                        },
                        definition -> definition.setLazyInit(true))
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(made).hasValue(0);
    }

    /** The client is made after the beans that use it, so that by the mere order of creation it would be shut down first. */
    @Test
    void callsOfBeansThatAreDestroyedStillReachRedis() {
        application()
                .withInitializer(context -> context.addBeanFactoryPostProcessor(
                        beans -> beans.getBeanDefinition("redisson").setLazyInit(true)))
                .withBean(Farewell.class)
                .run(context -> {
                    ConfigurableListableBeanFactory beans = context.getSourceApplicationContext(
                                    ConfigurableApplicationContext.class)
                            .getBeanFactory();
                    assertThat(beans.getDependentBeans("redisson"))
                            .contains(IdempotencyConfiguration.SPACES, IdempotencyConfiguration.HEARTBEATS);
                });
        assertThat(EFFECTS).hasValue(1);
        assertThat(REDIS.keys("interlock:idempotency:*")).hasSize(1);
    }

    private static List<String> problems(AssertableApplicationContext context) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).isInstanceOf(InvalidGuardException.class);
        return ((InvalidGuardException) failure).problems();
    }

    /** With effects outside any database. */
    public static class Charges {

        @Idempotent(name = "charge", key = "#order", mode = IdempotencyMode.LEASED, waitTime = "60s")
        public String charge(String order, int amount) {
            return "charge " + EFFECTS.incrementAndGet() + " of " + order;
        }

        @Idempotent(
                name = "failing",
                key = "#order",
                mode = IdempotencyMode.LEASED,
                onExpiredLease = OnExpiredLease.HOLD)
        public String fail(String order) {
            throw new IllegalStateException("after effect " + EFFECTS.incrementAndGet());
        }

        public String control(String order) {
            return "charge " + EFFECTS.incrementAndGet() + " of " + order;
        }
    }

    static class Booking {

        private final JdbcClient jdbc;
        private int calls;

        Booking(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        @Idempotent(name = "booking", key = "#order")
        public int book(String order) {
            return jdbc.sql("SELECT 1").query(Integer.class).single() * ++calls;
        }
    }

    /** Makes a leased call while it is destroyed. */
    static class Farewell implements DisposableBean {

        private final Charges charges;

        Farewell(Charges charges) {
            this.charges = charges;
        }

        @Override
        public void destroy() {
            charges.charge("farewell", 1);
        }
    }
}
