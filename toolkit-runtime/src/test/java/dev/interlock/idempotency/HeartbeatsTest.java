package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.guard.Clock;
import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.key.KeyNamespace;
import dev.interlock.postgres.PostgresLeases;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** A renewal that is on its way to the store while its call ends. */
class HeartbeatsTest {

    private static final Duration LEASE = Duration.ofHours(1);
    private static final KeyNamespace NAMESPACE = new KeyNamespace("heartbeats");

    /** Renewals are due whenever the test says so. */
    private static final class AheadOfTime implements Clock {

        private final AtomicLong ahead = new AtomicLong();

        void passLease() {
            ahead.addAndGet(LEASE.toNanos());
        }

        @Override
        public long nanoTime() {
            return System.nanoTime() + ahead.get();
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }
    }

    private final AheadOfTime clock = new AheadOfTime();
    private final Heartbeats heartbeats = new Heartbeats(clock);
    private final HikariDataSource pool = PostgresServer.pool(4);
    private final String key = UUID.randomUUID().toString();
    private final RecordKey record = RecordKey.shared(NAMESPACE.key("beating", key));
    private final SteeredLeases records = new SteeredLeases(new PostgresLeases(pool, Clock.SYSTEM), record);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Heartbeats.class);

    @BeforeEach
    void listen() {
        appender.list = new CopyOnWriteArrayList<>();
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void close() {
        logger.detachAppender(appender);
        heartbeats.close();
        JdbcClient.create(pool)
                .sql("DELETE FROM interlock_idempotency WHERE name IN ('beating', 'other')")
                .update();
        pool.close();
    }

    private record Spaces(IdempotencySpace space) implements IdempotencySpaces {

        @Override
        public Optional<IdempotencySpace> find(String name) {
            return Optional.of(space);
        }

        @Override
        public Collection<LeasedRecords> leasedInUse() {
            return List.of(space.leased());
        }

        @Override
        public String remedy() {
            return "none";
        }
    }

    private IdempotentSpec call(OnExpiredLease onExpiredLease) {
        IdempotencyServices services = new IdempotencyServices(
                new Memory(0, new IdempotencyCounts(), RequestKeys.NONE, Clock.SYSTEM),
                heartbeats,
                new JacksonCodec(new JsonMapper()),
                null,
                1_000);
        return new IdempotentTemplate(NAMESPACE, new Spaces(new IdempotencySpace(null, records)), services, () -> null)
                .operation("beating", key)
                .leased(LEASE, onExpiredLease)
                .rejectDuplicates()
                .waitTime(Duration.ZERO);
    }

    /** So that there is a renewal after the one in question, which tells that the latter's answer has been looked at. */
    private void addAnotherLease() {
        RecordKey other = RecordKey.shared(NAMESPACE.key("other", key));
        Claim claim = records.claim(new Request(other, new byte[0], 1, LEASE, LEASE, false));
        heartbeats.add(records, ((Claim.Granted) claim).lease());
    }

    private void renewNow() {
        clock.passLease();
        SteeredLeases.await(records.renewing);
    }

    @Test
    void aRenewalThatArrivesAfterTheOutcomeIsNoLoss() {
        addAnotherLease();
        records.beforeRenewal(() -> SteeredLeases.await(records.completed));
        records.afterCompletion(() -> {
            SteeredLeases.await(records.renewed);
            clock.passLease();
            SteeredLeases.await(records.renewedAgain);
        });
        String answer = call(OnExpiredLease.RETRY).call(String.class, () -> {
            renewNow();
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        assertThat(records.find(record)).isInstanceOf(Sight.Done.class);
        assertThat(losses()).isEmpty();
    }

    /** The control arm: nobody but the renewal sees a loss while the body runs. */
    @Test
    void aLeaseThatHasPassedToAnotherIsTold() {
        assertThatThrownBy(() -> call(OnExpiredLease.RETRY).call(String.class, () -> {
                    JdbcClient.create(pool)
                            .sql("UPDATE interlock_idempotency SET owner = owner + 1 WHERE id = ?")
                            .param(record.id())
                            .update();
                    clock.passLease();
                    Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> !losses().isEmpty());
                    return "done";
                }))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(losses())
                .singleElement()
                .satisfies(loss ->
                        assertThat(loss).endsWith("has passed to another").doesNotContain(key));
    }

    /** Either the call waits for the renewal, or the renewal finds the call abandoned and brings it to life again. */
    @Test
    void aRenewalOnItsWayDoesNotReviveAnAbandonedCall() {
        Thread caller = Thread.currentThread();
        AtomicBoolean leaving = new AtomicBoolean();
        records.beforeRenewal(() -> Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> records.abandoned.getCount() == 0
                        || leaving.get() && caller.getState() == Thread.State.TIMED_WAITING));
        assertThatThrownBy(() -> call(OnExpiredLease.HOLD).run(() -> {
                    renewNow();
                    leaving.set(true);
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        SteeredLeases.await(records.renewed);
        assertThat(records.find(record)).isEqualTo(Sight.HELD);
    }

    /** The lease is an hour long, and so would be the wait. */
    @Test
    @Timeout(120)
    void anInterruptedCallDoesNotWaitForItsRenewal() {
        records.beforeRenewal(() -> SteeredLeases.await(records.abandoned));
        assertThatThrownBy(() -> call(OnExpiredLease.HOLD).run(() -> {
                    renewNow();
                    Thread.currentThread().interrupt();
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(records.abandoned.getCount()).isZero();
        SteeredLeases.await(records.renewed);
    }

    private List<String> losses() {
        return appender.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .filter(warning -> warning.startsWith("The lease of " + record + " "))
                .toList();
    }
}
