package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.idempotency.IdempotencyKeyReusedException;
import dev.interlock.lock.LockHold;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.StaleHolderException;
import dev.interlock.observation.InterlockSpan;
import dev.interlock.observation.Measured;
import dev.interlock.observation.SpanRecorder;
import dev.interlock.testing.RedisServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Every meter tells what really happened, on the real servers. */
class MetersTest {

    private static final TestDatabase DATABASE = new TestDatabase();
    private static final RedisServer REDIS = RedisServer.start();

    private final Measured measured = new Measured(new SimpleMeterRegistry());
    private final SpanRecorder spans = new SpanRecorder();

    @AfterAll
    static void stop() {
        REDIS.close();
        DATABASE.close();
    }

    private void run(MeteredShop.Work work, ContextConsumer<AssertableApplicationContext> test) {
        MeteredShop.on(DATABASE, REDIS, work)
                .withBean(MeterRegistry.class, measured::registry)
                .withBean(ObservationRegistry.class, spans::registry)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    test.accept(context);
                });
    }

    private long acquired(String name, String backend, String outcome) {
        return measured.timed("interlock.lock.acquire", "name", name, "backend", backend, "outcome", outcome);
    }

    private long held(String name, String backend) {
        return measured.timed("interlock.lock.hold", "name", name, "backend", backend);
    }

    @Test
    void locksOfEveryKind() {
        run(text -> {}, context -> {
            MeteredShop shop = context.getBean(MeteredShop.class);
            shop.session("1", () -> {
                assertThat(measured.gauged("interlock.lock.held", "backend", "postgres"))
                        .isOne();
                shop.transaction(
                        "1",
                        () -> assertThat(measured.gauged("interlock.lock.held", "backend", "postgres"))
                                .isEqualTo(2));
                shop.mutex(
                        "1",
                        () -> assertThat(measured.gauged("interlock.lock.held", "backend", "redis"))
                                .isOne());
                shop.session("1", () -> {});
            });
            assertThat(acquired("order", "postgres", "acquired")).isOne();
            assertThat(acquired("order", "postgres", "reentered")).isOne();
            assertThat(acquired("stock", "postgres", "acquired")).isOne();
            assertThat(acquired("mail", "redis", "acquired")).isOne();
            assertThat(held("order", "postgres")).isOne();
            assertThat(held("stock", "postgres")).isOne();
            assertThat(held("mail", "redis")).isOne();
            assertThat(measured.gauged("interlock.lock.held", "backend", "postgres"))
                    .isZero();
            assertThat(measured.gauged("interlock.lock.held", "backend", "redis"))
                    .isZero();
            assertThat(spans.values(InterlockSpan.LOCK, "name")).containsExactly("order", "stock", "mail", "order");
        });
    }

    @Test
    void locksThatAreHeldElsewhereTimeOut() {
        run(text -> {}, context -> {
            MeteredShop shop = context.getBean(MeteredShop.class);
            for (String name : new String[] {"order", "stock"}) {
                try (var other = DATABASE.connect();
                        var statement = other.createStatement()) {
                    statement.execute("SELECT pg_advisory_lock(interlock_lock_key('shop', '" + name + "', 'held'))");
                    CompletableFuture<Void> caller = CompletableFuture.runAsync(() -> {
                        if (name.equals("order")) {
                            shop.session("held", () -> {});
                        } else {
                            shop.transaction("held", () -> {});
                        }
                    });
                    if (name.equals("stock")) {
                        await().until(() -> measured.gauged("interlock.lock.waiters", "backend", "postgres") == 1);
                    }
                    assertThatThrownBy(caller::join).hasCauseInstanceOf(LockNotAcquiredException.class);
                }
                assertThat(acquired(name, "postgres", "timeout")).isOne();
                assertThat(acquired(name, "postgres", "acquired")).isZero();
                assertThat(measured.gauged("interlock.lock.waiters", "backend", "postgres"))
                        .isZero();
                assertThat(measured.gauged("interlock.lock.held", "backend", "postgres"))
                        .isZero();
            }
            assertThat(measured.longest("interlock.lock.acquire", "name", "stock"))
                    .isGreaterThanOrEqualTo(200);
        });
    }

    @Test
    void aLostSessionAndAHolderThatWasOvertaken() {
        run(text -> {}, context -> {
            MeteredShop shop = context.getBean(MeteredShop.class);
            assertThatThrownBy(() -> shop.session("lost", () -> {
                        LockHold hold = LockHold.current();
                        JdbcClient server = DATABASE.jdbc();
                        server.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                                        + " WHERE datname = current_database() AND application_name = 'shop interlock'")
                                .query()
                                .listOfRows();
                        await().until(hold::isLost);
                    }))
                    .isInstanceOf(LockLostException.class);
            assertThat(measured.counted("interlock.lock.lost", "name", "order", "backend", "postgres"))
                    .isOne();
            assertThat(held("order", "postgres")).isOne();

            LockTemplate locks = context.getBean(LockTemplate.class);
            TransactionTemplate transactions =
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            assertThatThrownBy(() -> locks.advisory("order", "overtaken").run(() -> {
                        LockHold.current().token();
                        DATABASE.jdbc()
                                .sql("INSERT INTO interlock_fence (kind, lock_id, token) VALUES ('postgres',"
                                        + " interlock_lock_key('shop', 'order', 'overtaken'), 1000000000)")
                                .update();
                        transactions.executeWithoutResult(
                                status -> LockHold.current().claimFence());
                    }))
                    .isInstanceOf(StaleHolderException.class);
            assertThat(measured.counted("interlock.lock.fence.rejected", "name", "order"))
                    .isOne();
        });
    }

    @Test
    void retriesByTheirState() {
        run(text -> {}, context -> {
            MeteredShop shop = context.getBean(MeteredShop.class);
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            assertThatThrownBy(() -> shop.retried(
                            "1",
                            () -> jdbc.sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
                                    .update()))
                    .hasRootCauseInstanceOf(SQLException.class);
            String[] tags = {"conflict", "SERIALIZATION", "state", "40001", "outcome", "retried"};
            assertThat(measured.counted("interlock.retry.conflicts", tags)).isEqualTo(2);
            tags[5] = "attempts_used_up";
            assertThat(measured.counted("interlock.retry.conflicts", tags)).isOne();
        });
    }

    @Test
    void idempotentCallsByTheirResult() {
        run(text -> {}, context -> {
            MeteredShop shop = context.getBean(MeteredShop.class);
            shop.pay("1", "a");
            shop.pay("1", "a");
            assertThatThrownBy(() -> shop.pay("1", "b")).isInstanceOf(IdempotencyKeyReusedException.class);
            assertThat(measured.counted("interlock.idempotency.calls", "name", "pay", "result", "executed"))
                    .isOne();
            assertThat(measured.counted("interlock.idempotency.calls", "name", "pay", "result", "replayed_from_memory"))
                    .isOne();
            assertThat(measured.counted("interlock.idempotency.calls", "name", "pay", "result", "key_reused"))
                    .isOne();
            assertThat(measured.counted("interlock.idempotency.calls", "name", "pay"))
                    .isEqualTo(3);
            assertThat(spans.values(InterlockSpan.IDEMPOTENT, "outcome")).containsExactly("ok", "ok", "error");
        });
    }

    @Test
    void jobsByTheirOutcomeAndQueuesByTheirDepth() {
        MeteredShop.Work work = text -> {
            if (text.equals("fails")) {
                throw new IllegalStateException("as wanted");
            }
        };
        run(work, context -> {
            MeteredShop.work(context, "receipts").enqueue(new MeteredShop.Receipt("done"));
            MeteredShop.work(context, "receipts").enqueue(new MeteredShop.Receipt("fails"));
            MeteredShop.work(context, "elsewhere").enqueue(new MeteredShop.Receipt("stays"));
            MeteredShop.sequenced(context, "ledger").submit(new MeteredShop.Receipt("done"), "a");
            MeteredShop.sequenced(context, "ledger").submit(new MeteredShop.Receipt("fails"), "b");
            MeteredShop.sequenced(context, "ledger").submit(new MeteredShop.Receipt("waits"), "b");
            await().until(() -> jobs("receipts", "dead") == 1
                    && jobs("receipts", "done") == 1
                    && jobs("ledger", "blocked") == 1
                    && jobs("ledger", "done") == 1);
            assertThat(jobs("receipts", "failed")).isOne();
            await().until(() -> depth("receipts", "dead") == 1
                    && depth("receipts", "running") == 0
                    && depth("ledger", "blocked") == 1
                    && depth("ledger", "waiting") == 2
                    && depth("elsewhere", "ready") == 1);
            assertThat(measured.gauged("interlock.queue.oldest", "queue", "elsewhere"))
                    .isGreaterThan(0)
                    .isLessThan(120);
            assertThat(measured.gauged("interlock.queue.oldest", "queue", "receipts"))
                    .isZero();
            assertThat(spans.values(InterlockSpan.JOB, "queue")).contains("receipts", "ledger");
            assertThat(spans.values(InterlockSpan.JOB, "outcome")).contains("ok", "error");
        });
    }

    private long jobs(String queue, String outcome) {
        return measured.timed("interlock.queue.jobs", "queue", queue, "outcome", outcome);
    }

    private double depth(String queue, String state) {
        return measured.gauged("interlock.queue.depth", "queue", queue, "state", state);
    }
}
