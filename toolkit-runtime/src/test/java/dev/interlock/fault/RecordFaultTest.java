package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.OutcomeUnknownException;
import dev.interlock.testing.InterlockContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** What becomes of idempotent calls when the database that keeps their records goes away and comes back. */
class RecordFaultTest {

    private static OwnPostgres postgres;

    private HikariDataSource pool;
    private AnnotationConfigApplicationContext context;
    private Orders orders;

    @BeforeAll
    static void start() {
        postgres = OwnPostgres.started();
        JdbcClient.create(postgres.direct())
                .sql("CREATE TABLE orders (id text)")
                .update();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(postgres.direct());
        config.setMaximumPoolSize(4);
        config.setConnectionTimeout(1_000);
        pool = new HikariDataSource(config);
        context = InterlockContext.on(pool).cacheBytes(0).beans(Orders.class).open();
        orders = context.getBean(Orders.class);
    }

    @AfterEach
    void close() {
        context.close();
        pool.close();
    }

    /** Orders that count how often their bodies ran. */
    public static class Orders {

        final AtomicInteger bodies = new AtomicInteger();
        private final JdbcClient jdbc;

        public Orders(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        @Idempotent(name = "order", key = "#id", fingerprint = "#id")
        public int place(String id, Runnable then) {
            bodies.incrementAndGet();
            jdbc.sql("INSERT INTO orders VALUES (?)").param(id).update();
            then.run();
            return 1;
        }

        @Idempotent(name = "ship", key = "#id", fingerprint = "#id", mode = IdempotencyMode.LEASED, leaseTime = "1s")
        public int ship(String id, Runnable then) {
            int count = bodies.incrementAndGet();
            then.run();
            return count;
        }

        @Idempotent(
                name = "ship-once",
                key = "#id",
                fingerprint = "#id",
                mode = IdempotencyMode.LEASED,
                leaseTime = "1s",
                onExpiredLease = OnExpiredLease.HOLD)
        public int shipOnce(String id, Runnable then) {
            int count = bodies.incrementAndGet();
            then.run();
            return count;
        }

        int bodies() {
            return bodies.get();
        }
    }

    private static final Runnable NOTHING = () -> {};

    @Test
    void whileTheStoreIsDownNothingRunsAndAfterwardsEverythingDoes() {
        int placed = orders.place("before", NOTHING);
        int bodies = bodies();
        postgres.stopFast();
        try {
            for (String id : new String[] {"before", "new"}) {
                assertThatThrownBy(() -> orders.place(id, NOTHING)).isInstanceOf(IdempotencyStoreException.class);
                assertThatThrownBy(() -> orders.ship(id, NOTHING)).isInstanceOf(IdempotencyStoreException.class);
            }
            assertThat(bodies()).isEqualTo(bodies);
        } finally {
            postgres.start();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> orders.place("before", NOTHING) == placed
                        && orders.place("new", NOTHING) == 1
                        && orders.ship("new", NOTHING) > 0);
        assertThat(rows("before")).isEqualTo(1);
        assertThat(rows("new")).isEqualTo(1);
    }

    @Test
    void recordsSurviveACrashOfTheServer() {
        orders.place("kept", NOTHING);
        int shipped = orders.ship("kept", NOTHING);
        postgres.killHard();
        postgres.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> orders.place("kept", NOTHING) == 1);
        assertThat(orders.ship("kept", NOTHING)).isEqualTo(shipped);
        assertThat(rows("kept")).isEqualTo(1);
    }

    @Test
    void aTransactionThatDiesInTheBodyLeavesNothing() {
        Throwable failure = catchThrowable(() -> orders.place("cut", this::terminateTransactions));
        assertThat(failure).isNotNull();
        assertThat(rows("cut")).isZero();
        assertThat(orders.place("cut", NOTHING)).isEqualTo(1);
        assertThat(rows("cut")).isEqualTo(1);
    }

    private void terminateTransactions() {
        JdbcClient.create(postgres.direct())
                .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
                .query()
                .listOfRows();
    }

    /** The effect is there and the record is not; the caller is told, or the outcome is recorded when the store is back. */
    @Test
    void aLeasedCallWhoseOutcomeCannotBeRecordedSaysSo() {
        assertThatThrownBy(() -> orders.shipOnce("lost", postgres::stopFast))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("was executed, but its outcome could not be recorded");
        postgres.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThatThrownBy(() -> orders.shipOnce("lost", NOTHING))
                        .isInstanceOf(OutcomeUnknownException.class)
                        .hasMessageContaining("did not complete"));
    }

    private int bodies() {
        return orders.bodies();
    }

    private int rows(String id) {
        return JdbcClient.create(postgres.direct())
                .sql("SELECT count(*) FROM orders WHERE id = ?")
                .param(id)
                .query(Integer.class)
                .single();
    }
}
