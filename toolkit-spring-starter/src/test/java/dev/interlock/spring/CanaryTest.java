package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.IdempotentTemplate;
import dev.interlock.lock.LockTemplate;
import dev.interlock.observation.Measured;
import dev.interlock.observation.SpanRecorder;
import dev.interlock.queue.Unique;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.testing.RedisServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.OptimisticLockingFailureException;

/** Whatever is locked, repeated, queued or sent: nothing of it is in a meter, a span, a log line or the name of a thread. */
class CanaryTest {

    private static final String CANARY = "canary7f3a";
    private static final Logger TOOLKIT = (Logger) LoggerFactory.getLogger("dev.interlock");

    private final Measured measured = new Measured(new SimpleMeterRegistry());
    private final SpanRecorder spans = new SpanRecorder();
    private final ObservationRegistry observations = spans.registry();

    /** Texts in which nothing of it may be, each beginning with what it is. */
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    private final AppenderBase<ILoggingEvent> lines = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            seen.add("log: " + event.getFormattedMessage() + causes(event.getThrowableProxy()));
            seen.add("thread: " + event.getThreadName());
        }

        private String causes(IThrowableProxy thrown) {
            return thrown == null ? "" : " " + thrown.getMessage() + causes(thrown.getCause());
        }
    };

    @BeforeEach
    void listen() {
        lines.start();
        TOOLKIT.setLevel(Level.DEBUG);
        TOOLKIT.setAdditive(false);
        TOOLKIT.addAppender(lines);
    }

    @AfterEach
    void restore() {
        TOOLKIT.detachAppender(lines);
        TOOLKIT.setAdditive(true);
        TOOLKIT.setLevel(null);
    }

    /** Everything in which the canary is found. */
    private List<String> leaks() {
        for (String meter : measured.text().split("\n")) {
            seen.add("meter: " + meter);
        }
        for (Observation.Context span : spans.ended()) {
            seen.add("span: " + span.getName() + " " + span);
        }
        return seen.stream().filter(text -> text.contains(CANARY)).distinct().toList();
    }

    private void lookAtThreads() {
        seen.add("thread: " + Thread.currentThread().getName());
        Thread.getAllStackTraces().keySet().forEach(thread -> seen.add("thread: " + thread.getName()));
    }

    @Test
    void nothingOfKeysPrincipalsAndPayloadsIsTold() throws Exception {
        try (TestDatabase database = new TestDatabase();
                RedisServer redis = RedisServer.start()) {
            MeteredShop.on(database, redis, text -> {
                        lookAtThreads();
                        if (text.endsWith("fails")) {
                            throw new IllegalStateException("as wanted");
                        }
                    })
                    .withBean(MeterRegistry.class, measured::registry)
                    .withBean(ObservationRegistry.class, () -> observations)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        useAll(context, database, CANARY);
                        int few = measured.size();
                        for (int i = 0; i < 200; i++) {
                            useGuards(context, CANARY + i);
                        }
                        assertThat(measured.size()).isEqualTo(few);
                    });
        }
        assertThat(leaks()).isEmpty();
        assertThat(seen)
                .as("that all of it was looked at")
                .anyMatch(text -> text.startsWith("log: ") && text.contains("dead letter"))
                .anyMatch(text -> text.startsWith("thread: interlock-queue-"))
                .anyMatch(text -> text.startsWith("thread: interlock-fanout-"))
                .anyMatch(text -> text.startsWith("meter: "))
                .anyMatch(text -> text.startsWith("span: interlock.job"));
    }

    private void useGuards(ApplicationContext context, String key) {
        MeteredShop shop = context.getBean(MeteredShop.class);
        shop.session(key, this::lookAtThreadsOnce);
        shop.transaction(key, this::lookAtThreadsOnce);
        shop.mutex(key, this::lookAtThreadsOnce);
        shop.pay(key, key);
    }

    private void lookAtThreadsOnce() {
        seen.add("thread: " + Thread.currentThread().getName());
    }

    private void useAll(ApplicationContext context, TestDatabase database, String canary) throws Exception {
        useGuards(context, canary);
        refuseGuards(context, canary);
        idempotent(context, canary);
        OptimisticLockingFailureException conflict = new OptimisticLockingFailureException("as wanted");
        caught(() -> context.getBean(ConflictRetry.class)
                .escalateAfter(1, "order", canary)
                .run(() -> {
                    throw conflict;
                }));
        MeteredShop.fanOut(
                item -> {
                    lookAtThreads();
                    if (item.endsWith("fails")) {
                        throw new IllegalStateException("as wanted");
                    }
                },
                canary,
                canary + "fails");
        queues(context, database, canary);
    }

    private void refuseGuards(ApplicationContext context, String canary) {
        MeteredShop shop = context.getBean(MeteredShop.class);
        LockTemplate locks = context.getBean(LockTemplate.class);
        shop.session(
                canary,
                () -> shop.mutex(canary, () -> {
                    lookAtThreads();
                    inOtherThread(() -> shop.session(canary, () -> {}));
                    inOtherThread(() -> shop.mutex(canary, () -> {}));
                    inOtherThread(() -> locks.advisory("order", canary)
                            .waitTime(Duration.ofMillis(50))
                            .run(() -> {}));
                }));
        shop.transaction(canary, () -> inOtherThread(() -> shop.transaction(canary, () -> {})));
        caught(() -> shop.pay(canary, "other than " + canary));
    }

    private void idempotent(ApplicationContext context, String canary) {
        IdempotentTemplate template = context.getBean(IdempotentTemplate.class);
        for (int i = 0; i < 2; i++) {
            template.operation("charge", canary)
                    .ofCaller(canary)
                    .fingerprint(canary)
                    .leased(Duration.ofSeconds(5), OnExpiredLease.RETRY)
                    .call(String.class, () -> canary);
        }
        caught(() -> template.operation("charge", canary)
                .ofCaller(canary)
                .fingerprint("other than " + canary)
                .leased(Duration.ofSeconds(5), OnExpiredLease.RETRY)
                .call(String.class, () -> canary));
    }

    private void queues(ApplicationContext context, TestDatabase database, String canary) {
        var receipts = MeteredShop.work(context, "receipts");
        receipts.enqueue(new MeteredShop.Receipt(canary));
        receipts.enqueue(new MeteredShop.Receipt(canary + "fails"));
        receipts.job(new MeteredShop.Receipt(canary + "unique"))
                .unique(Unique.UNTIL_EXECUTED, canary)
                .enqueue();
        MeteredShop.sequenced(context, "ledger").submit(new MeteredShop.Receipt(canary), canary);
        MeteredShop.sequenced(context, "ledger").submit(new MeteredShop.Receipt(canary + "fails"), canary);
        database.jdbc()
                .sql("INSERT INTO interlock_job (id, queue, kind, payload, state, run_at, created_at) VALUES"
                        + " (gen_random_uuid(), 'shop/receipts', 'Receipt', ?, 'ready', now(), now())")
                .param("{\"text\": " + canary + "}")
                .update();
        await().until(() -> measured.timed("interlock.queue.jobs", "queue", "receipts", "outcome", "dead") == 2
                && measured.timed("interlock.queue.jobs", "queue", "receipts", "outcome", "done") == 2
                && measured.timed("interlock.queue.jobs", "queue", "ledger", "outcome", "blocked") == 1);
        await().until(() -> measured.gauged("interlock.queue.depth", "queue", "receipts", "state", "dead") == 2);
    }

    private void inOtherThread(Runnable refused) {
        CompletableFuture.runAsync(() -> caught(refused::run)).join();
    }

    /** Exceptions of the toolkit end in logs, so nothing may be in them either. */
    private void caught(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isNotNull();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            seen.add("exception: " + cause.getMessage());
        }
    }

    @Test
    void whatIsToldIsFound() throws Exception {
        measured.registry().counter("leak", "key", CANARY);
        Observation.createNotStarted("leak", observations)
                .lowCardinalityKeyValue("key", CANARY)
                .start()
                .stop();
        LoggerFactory.getLogger("dev.interlock.leak").debug("of {}", CANARY);
        LoggerFactory.getLogger("dev.interlock.leak").debug("failed", new IllegalStateException(CANARY));
        Thread thread = new Thread(this::lookAtThreads, "leak-" + CANARY);
        thread.start();
        thread.join();
        assertThat(leaks().stream().map(text -> text.substring(0, text.indexOf(':'))))
                .containsExactlyInAnyOrder("meter", "span", "log", "log", "thread");
    }
}
