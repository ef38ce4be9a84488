package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.Jitter;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.transaction.annotation.Transactional;

/** Rows that one version stands for, and who retries a conflict about it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VersionedAggregateTest {

    private static final int MOST_LINES = 10;

    private final RowsFixture rows = RowsFixture.open();
    private final VersionedUpdate<Order> orders = VersionedUpdate.of(rows.pool, "va_order", Order.class);
    private AnnotationConfigApplicationContext context;
    private Edits edits;
    private ConflictRetry retry;

    record Order(long id) {}

    /** What an application would write. */
    public static class Edits {

        @Transactional
        @RetryOnConflict(maxRetries = 1000, delay = "1ms", maxDelay = "20ms", timeout = "60s")
        public void run(Runnable body) {
            body.run();
        }
    }

    @BeforeAll
    void open() {
        rows.execute(
                "DROP TABLE IF EXISTS va_line, va_order",
                "CREATE TABLE va_order (id bigint PRIMARY KEY, version int NOT NULL DEFAULT 0)",
                "CREATE TABLE va_line (order_id bigint REFERENCES va_order)");
        context = InterlockContext.on(rows.pool)
                .beans(Edits.class)
                .retries(new RetryBudgets.Settings(0, 100_000, 0))
                .open();
        edits = context.getBean(Edits.class);
        retry = context.getBean(ConflictRetry.class)
                .maxRetries(1000)
                .backoff(Duration.ofMillis(1), 2, Duration.ofMillis(20), Jitter.FULL)
                .timeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE va_line, va_order", "INSERT INTO va_order VALUES (1)");
    }

    @AfterAll
    void close() {
        context.close();
        rows.close();
    }

    private long lines() {
        return rows.number("SELECT count(*) FROM va_line WHERE order_id = 1");
    }

    private long version() {
        return orders.find(1).orElseThrow().version();
    }

    private boolean addLine() {
        if (lines() >= MOST_LINES) {
            return false;
        }
        rows.execute("INSERT INTO va_line VALUES (1)");
        return true;
    }

    @Test
    void controlArmThatChangesTheChildrenAlonePassesTheLimit() throws Exception {
        RowsFixture.shows("rule of an aggregate broken", () -> {
            reset();
            Race.callers(CALLERS)
                    .run(caller -> rows.inTransaction(this::addLine))
                    .requireNoFailure();
            return lines() > MOST_LINES;
        });
    }

    @Test
    void changesOfChildrenUnderTheVersionOfTheRootKeepTheLimit() throws Exception {
        RaceResult<Boolean> race = Race.callers(CALLERS)
                .run(caller -> retry.call(() -> rows.inTransaction(() -> {
                    long read = version();
                    if (lines() >= MOST_LINES) {
                        return false;
                    }
                    orders.row(1).read(read).updateOrThrow();
                    return addLine();
                })));
        race.requireNoFailure();
        assertThat(race.values()).filteredOn(added -> added).hasSize(MOST_LINES);
        assertThat(lines()).isEqualTo(MOST_LINES);
        assertThat(version()).isEqualTo(MOST_LINES);
    }

    @Test
    void aVersionThatTheAttemptHasReadIsReadAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        RaceResult<?> race = Race.callers(16)
                .runAll(caller -> edits.run(() -> {
                    attempts.incrementAndGet();
                    long read = version();
                    orders.row(1).read(read).updateOrThrow();
                }));
        race.requireNoFailure();
        assertThat(version()).isEqualTo(16);
        assertThat(attempts.get()).isGreaterThanOrEqualTo(16);
    }

    @Test
    void aConflictAboutTheAttemptsOwnVersionIsRetried() {
        AtomicInteger attempts = new AtomicInteger();
        edits.run(() -> {
            long read = version();
            if (attempts.incrementAndGet() <= 2) {
                rows.inAnother(() -> orders.row(1).read(read).updateOrThrow());
            }
            orders.row(1).read(read).updateOrThrow();
        });
        assertThat(attempts).hasValue(3);
        assertThat(version()).isEqualTo(3);
    }

    @Test
    void aConflictAboutTheClientsVersionIsNotRetried() {
        AtomicInteger attempts = new AtomicInteger();
        orders.row(1).read(0).updateOrThrow();
        Runnable body = () -> {
            attempts.incrementAndGet();
            orders.row(1).expected(ExpectedVersion.of(0)).updateOrThrow();
        };
        assertThatThrownBy(() -> edits.run(body)).isInstanceOf(StaleVersionException.class);
        assertThatThrownBy(() -> retry.run(body::run)).isInstanceOf(StaleVersionException.class);
        assertThat(attempts).as("one for each call").hasValue(2);
        assertThat(version()).isEqualTo(1);
    }
}
