package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.lock.LockHandle;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/** Nothing of the mutexes stays behind: no key in Redis, no connection, no thread. They end before their client does. */
class MutexShutdownTest {

    private final TestDatabase database = new TestDatabase();
    private final RedisServer redis = RedisServer.start();

    /** The client is made after the mutexes, so that by the mere order of creation it would be shut down before them. */
    private final ApplicationContextRunner runner = TestRedisson.in(Contexts.on(database), redis)
            .withInitializer(context -> context.addBeanFactoryPostProcessor(
                    beans -> beans.getBeanDefinition("redisson").setLazyInit(true)));

    @AfterEach
    void stop() {
        database.close();
        redis.close();
    }

    @Test
    void closeWithTheContext() {
        Tally.createTable(database.jdbc());
        AtomicReference<RedissonClient> client = new AtomicReference<>();
        runner.withBean(MutexTally.class).run(context -> {
            client.set(context.getBean(RedissonClient.class));
            context.getBean(MutexTally.class).inTransaction(1);
            assertThat(clients()).isNotEmpty();
        });
        assertThat(client.get().isShutdown()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void closeAfterAFailedStart() {
        runner.withBean(MutexTally.class)
                .withBean(ShutdownTest.Wrong.class)
                .run(context -> assertThat(context).hasFailed());
        assertNothingIsLeft();
    }

    @Test
    void areDestroyedBeforeTheClient() {
        runner.withBean(MutexTally.class).run(context -> {
            ConfigurableListableBeanFactory beans = context.getSourceApplicationContext(
                            ConfigurableApplicationContext.class)
                    .getBeanFactory();
            assertThat(beans.getDependentBeans("redisson")).contains(RedisMutexSpaces.BEAN_NAME);
            assertThat(beans.getDependentBeans(RedisMutexSpaces.BEAN_NAME))
                    .contains(context.getBeanNamesForType(MutexTally.class));
        });
    }

    @Test
    void waitForAHolderThatStillHasSomethingToDo() {
        CompletableFuture<LockHandle> taken = new CompletableFuture<>();
        AtomicReference<CompletableFuture<Void>> released = new AtomicReference<>();
        ApplicationListener<ContextClosedEvent> closing = event -> released.set(taken.thenAcceptAsync(
                LockHandle::close, CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)));
        runner.withBean(MutexTally.class)
                .withInitializer(context -> context.addApplicationListener(closing))
                .run(context -> {
                    taken.complete(context.getBean(LockTemplate.class)
                            .mutex("late")
                            .leaseTime(Duration.ofMinutes(5))
                            .acquire());
                    assertThat(redis.keys("*")).hasSize(1);
                });
        assertThat(released.get()).isCompleted();
        assertThat(redis.keys("interlock:*")).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void outliveTheBeansThatUseThem() {
        AtomicInteger farewells = new AtomicInteger();
        runner.withBean(MutexService.class)
                .withBean(AtomicInteger.class, () -> farewells)
                .withBean(Farewell.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(farewells).hasValue(1);
        assertNothingIsLeft();
    }

    @Test
    void refuseWhoeverComesLater() {
        AtomicReference<LockTemplate> locks = new AtomicReference<>();
        runner.withBean(MutexTally.class).run(context -> locks.set(context.getBean(LockTemplate.class)));
        assertThatThrownBy(
                        () -> locks.get().mutex("late").waitTime(Duration.ZERO).acquire())
                .isInstanceOf(LockNotAcquiredException.class);
        assertNothingIsLeft();
    }

    @Test
    void doNotBringAClientBackForWhoeverComesLater() {
        AtomicReference<LockTemplate> locks = new AtomicReference<>();
        runner.run(context -> locks.set(context.getBean(LockTemplate.class)));
        assertThatThrownBy(() -> locks.get().mutex("late").acquire()).isInstanceOf(LockNotAcquiredException.class);
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(redis.keys("*")).isEmpty();
            assertThat(redis.channels("*")).isEmpty();
            assertThat(clients()).isEmpty();
            assertThat(database.connections("%")).isZero();
            assertThat(threads()).isEmpty();
        });
    }

    /** Connections to Redis but the one that asks. */
    private List<String> clients() {
        return redis.command("CLIENT", "LIST")
                .toString()
                .lines()
                .filter(line -> !line.contains("cmd=client"))
                .toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("interlock-") || name.startsWith("redisson-"))
                .toList();
    }

    /** Calls a guarded method while it is destroyed. */
    static class Farewell implements DisposableBean {

        private final AtomicInteger count;
        private final MutexService guarded;

        Farewell(AtomicInteger count, MutexService guarded) {
            this.count = count;
            this.guarded = guarded;
        }

        @Override
        public void destroy() {
            guarded.during("farewell", count::incrementAndGet);
        }
    }
}
