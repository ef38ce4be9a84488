package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.guard.GuardPlans;
import dev.interlock.lock.LockNotAcquiredException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.transaction.annotation.Transactional;

/** Applications without Postgres and Redis, and with a Postgres that does not answer or goes away. */
class StoresAwayTest {

    @Test
    void withNeitherStoreNothingIsGuardedAndNothingFails() {
        for (String library : List.of("org.redisson", "org.example.nothing")) {
            Contexts.bare()
                    .withConfiguration(AutoConfigurations.of(OwnConfigurations.all()))
                    .withClassLoader(new FilteredClassLoader(library))
                    .withBean("plain", Runnable.class, () -> () -> {})
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(context.getBean(GuardPlans.class).all()).isEmpty();
                        assertThat(Arrays.stream(context.getBeanDefinitionNames())
                                        .map(context::getBean)
                                        .filter(AopUtils::isAopProxy))
                                .isEmpty();
                    });
        }
    }

    /** A frozen server, which takes connections; without a time-out of the driver nobody ends that. */
    @Test
    void aPostgresThatDoesNotAnswerFailsTheStartInBoundedTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            Contexts.bare()
                    .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.datasource.url=jdbc:postgresql://localhost:" + silent.getLocalPort()
                                    + "/shop?loginTimeout=2",
                            "spring.datasource.hikari.connection-timeout=1000")
                    .withBean(Till.class)
                    .run(context -> assertThat(Contexts.messages(context.getStartupFailure()))
                            .contains("DataSource 'dataSource': the database cannot be reached: "));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(25));
        }
    }

    @Test
    void aPostgresThatGoesAwayLaterFailsCallsAndServesThemAgainWhenItIsBack() {
        try (TestDatabase database = new TestDatabase()) {
            Contexts.on(database)
                    .withPropertyValues("spring.datasource.hikari.connection-timeout=500")
                    .withBean(Till.class)
                    .run(context -> {
                        Till till = context.getBean(Till.class);
                        List<Callable<Integer>> calls =
                                List.of(till::session, till::transaction, till::retried, () -> till.once("before"));
                        for (Callable<Integer> call : calls) {
                            call.call();
                        }
                        int effects = Till.EFFECTS.get();
                        assertThat(effects).isEqualTo(4);

                        database.shut(true);
                        assertThat(catchThrowable(till::session)).isInstanceOf(LockNotAcquiredException.class);
                        assertThat(catchThrowable(till::transaction)).isNotNull();
                        assertThat(catchThrowable(till::retried)).isNotNull();
                        assertThat(catchThrowable(() -> till.once("while away")))
                                .isNotNull();
                        assertThat(Till.EFFECTS).hasValue(effects);

                        database.shut(false);
                        for (Callable<Integer> call : calls.subList(0, 3)) {
                            await().atMost(Duration.ofSeconds(10))
                                    .ignoreExceptions()
                                    .until(() -> call.call() > 0);
                        }
                        await().atMost(Duration.ofSeconds(10))
                                .ignoreExceptions()
                                .until(() -> till.once("while away") > 0);
                        int known = till.once("while away");
                        assertThat(till.once("while away")).isEqualTo(known);
                    });
        }
    }

    public static class Till {

        static final AtomicInteger EFFECTS = new AtomicInteger();

        @AdvisoryLocked(name = "till", waitTime = "2s", scope = LockScope.SESSION)
        public Integer session() {
            return EFFECTS.incrementAndGet();
        }

        @Transactional
        @AdvisoryLocked(name = "drawer", waitTime = "2s", scope = LockScope.TRANSACTION)
        public Integer transaction() {
            return EFFECTS.incrementAndGet();
        }

        @RetryOnConflict
        @Transactional
        public Integer retried() {
            return EFFECTS.incrementAndGet();
        }

        @Idempotent(name = "once", key = "#id", scope = KeyScope.SHARED)
        @Transactional
        public Integer once(String id) {
            return EFFECTS.incrementAndGet();
        }
    }
}
