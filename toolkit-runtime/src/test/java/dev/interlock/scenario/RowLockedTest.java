package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceCall;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Stock that is taken under a row lock, whatever opened the transaction. */
@ParameterizedClass
@EnumSource(Setting.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowLockedTest {

    private static final int CALLERS = 64;
    private static final int STOCK = 40;

    @Parameter
    private Setting setting;

    private HikariDataSource pool;
    private AnnotationConfigApplicationContext context;
    private Stocks stocks;
    private JdbcClient direct;

    @BeforeParameterizedClassInvocation
    void open() {
        direct = JdbcClient.create(PostgresServer.direct());
        direct.sql("CREATE TABLE IF NOT EXISTS scenario_stock (sku varchar(20) PRIMARY KEY, quantity int NOT NULL)")
                .update();
        pool = setting.pool(10);
        context = InterlockContext.on(pool)
                .manager(setting::manager)
                .with(more -> more.registerBean(Stocks.class, () -> new Stocks(JdbcClient.create(pool))))
                .open();
        stocks = context.getBean(Stocks.class);
    }

    @AfterParameterizedClassInvocation
    void close() {
        context.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        direct.sql("TRUNCATE scenario_stock").update();
        direct.sql("INSERT INTO scenario_stock SELECT 'book ' || i, ? FROM generate_series(1, 20) i")
                .param(STOCK)
                .update();
    }

    @Test
    void neverSellsMoreThanThereIs() throws Exception {
        assertThat(sold(caller -> stocks.takeLocked("book 1"))).isEqualTo(STOCK);
        assertThat(quantity("book 1")).isZero();
    }

    @Test
    void thePipelineOpensTheTransactionThatTheLockNeeds() throws Exception {
        assertThat(sold(caller -> stocks.takeInNoTransaction("book 1"))).isEqualTo(STOCK);
        assertThat(quantity("book 1")).isZero();
    }

    @Test
    void controlArmSellsMoreThanThereIs() throws Exception {
        long sold = sold(caller -> stocks.takeUnguarded("book 1"));
        assertThat(sold).isGreaterThan(STOCK - quantity("book 1"));
    }

    @Test
    void locksSeveralRowsInOneOrder() throws Exception {
        List<String> all =
                Stream.iterate(1, i -> i + 1).limit(20).map(i -> "book " + i).toList();
        List<Integer> taken = Race.callers(16)
                .run(caller -> {
                    List<String> shuffled = new ArrayList<>(all);
                    Collections.shuffle(shuffled, caller.random());
                    return stocks.takeAll(shuffled);
                })
                .requireNoFailure()
                .values();
        assertThat(taken).containsOnly(20);
        assertThat(all).allSatisfy(sku -> assertThat(quantity(sku)).isEqualTo(STOCK - 16));
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> stocks.takeLocked("none"))
                .isInstanceOf(RowNotFoundException.class)
                .hasMessage("There is no row of table scenario_stock with this sku");
        assertThatThrownBy(() -> stocks.takeAll(List.of("book 1", "none", "neither")))
                .isInstanceOfSatisfying(
                        RowNotFoundException.class,
                        missing -> assertThat(missing.keys()).containsExactlyInAnyOrder("none", "neither"));
        assertThatThrownBy(() -> stocks.takeAll(List.of())).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> stocks.takeLocked(null)).isInstanceOf(InvalidKeyException.class);
        assertThat(quantity("book 1")).isEqualTo(STOCK);
    }

    @Test
    void throwsSkipsOrFallsBackWhileTheRowIsHeldElsewhere() throws Exception {
        whileHeldElsewhere(sku -> {
            assertThatThrownBy(() -> stocks.briefly(sku))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageStartingWith("Could not lock rows of table scenario_stock within 200ms");
            assertThat(stocks.orSkip(sku)).isNull();
            assertThat(stocks.orFallback(sku)).isEqualTo("LockNotAcquiredException, in transaction: false");
            assertThat(stocks.orSkip("book 2")).isEqualTo("ran");
        });
        assertThat(stocks.briefly("book 1")).isEqualTo("ran");
    }

    @Test
    void aWaitThatRunsOutLeavesTheCallersTransactionUsable() throws Exception {
        whileHeldElsewhere(sku -> transaction().executeWithoutResult(status -> {
            stocks.takeLocked("book 2");
            assertThatThrownBy(() -> stocks.briefly(sku)).isInstanceOf(LockNotAcquiredException.class);
            assertThat(JdbcClient.create(pool)
                            .sql("SELECT 1")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
            status.setRollbackOnly();
        }));
        assertThat(quantity("book 2")).isEqualTo(STOCK);
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    private void whileHeldElsewhere(Consumer<String> test) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        CompletableFuture<String> holder = CompletableFuture.supplyAsync(() -> stocks.whileLocked("book 1", () -> {
            held.countDown();
            try {
                return String.valueOf(leave.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException interrupt) {
                throw new IllegalStateException(interrupt);
            }
        }));
        try {
            assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
            test.accept("book 1");
        } finally {
            leave.countDown();
        }
        assertThat(holder.get(60, TimeUnit.SECONDS)).isEqualTo("true");
    }

    private static long sold(RaceCall<Boolean> call) throws InterruptedException {
        return Race.callers(CALLERS).run(call).requireNoFailure().values().stream()
                .filter(taken -> taken)
                .count();
    }

    private int quantity(String sku) {
        return direct.sql("SELECT quantity FROM scenario_stock WHERE sku = ?")
                .param(sku)
                .query(Integer.class)
                .single();
    }
}
