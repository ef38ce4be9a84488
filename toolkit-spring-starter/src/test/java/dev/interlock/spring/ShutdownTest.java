package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.AdvisoryLocked;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.transaction.annotation.Transactional;

/** Nothing stays behind: no lock connection, no thread. */
class ShutdownTest {

    private static final String LOCKS = "shop interlock";

    private final TestDatabase database = new TestDatabase();

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void nothingStartsWithoutSessionLocks() {
        Contexts.on(database).withBean(InTransactionOnly.class).run(context -> {
            assertThat(context).hasNotFailed();
            context.getBean(InTransactionOnly.class).guarded();
            assertThat(database.connections(LOCKS)).isZero();
            assertThat(engineThreads()).isZero();
        });
    }

    @Test
    void closesWithTheContext() {
        Tally.createTable(database.jdbc());
        Contexts.on(database).withBean(Tally.class).run(context -> {
            context.getBean(Tally.class).session(1);
            assertThat(database.connections(LOCKS)).isEqualTo(1);
            assertThat(engineThreads()).isEqualTo(1);
        });
        assertNothingIsLeft();
    }

    @Test
    void closesAfterAFailedStart() {
        Contexts.on(database)
                .withBean(Tally.class)
                .withBean(Wrong.class)
                .run(context -> assertThat(context).hasFailed());
        assertNothingIsLeft();
    }

    @Test
    void locksOutliveTheBeansThatUseThem() {
        AtomicInteger farewells = new AtomicInteger();
        Contexts.on(database)
                .withBean(Lasting.class)
                .withBean(AtomicInteger.class, () -> farewells)
                .withBean(Farewell.class)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(farewells).hasValue(1);
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        await().untilAsserted(() -> {
            assertThat(database.connections("%")).isZero();
            assertThat(engineThreads()).isZero();
        });
    }

    private static long engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("interlock-"))
                .count();
    }

    static class InTransactionOnly {

        @Transactional
        @AdvisoryLocked(name = "short")
        public void guarded() {}
    }

    static class Wrong {

        @AdvisoryLocked(name = "wrong", key = "#nothing")
        public void guarded() {}
    }

    static class Lasting {

        @AdvisoryLocked(name = "lasting")
        public void guarded(Runnable body) {
            body.run();
        }
    }

    /** Calls a guarded method while it is destroyed. */
    static class Farewell implements DisposableBean {

        private final AtomicInteger count;
        private final Lasting guarded;

        Farewell(AtomicInteger count, Lasting guarded) {
            this.count = count;
            this.guarded = guarded;
        }

        @Override
        public void destroy() {
            guarded.guarded(count::incrementAndGet);
        }
    }
}
