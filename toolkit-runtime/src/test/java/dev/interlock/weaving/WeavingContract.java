package dev.interlock.weaving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import dev.interlock.weaving.fixture.Declared;
import dev.interlock.weaving.fixture.DeeplyComposed;
import dev.interlock.weaving.fixture.Hidden;
import dev.interlock.weaving.fixture.Inner;
import dev.interlock.weaving.fixture.Shop;
import dev.interlock.weaving.fixture.Tally;
import dev.interlock.weaving.fixture.TwiceGuarded;
import java.io.IOException;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a guarded method does, whatever wove it. Where the weavings differ by nature, each states its own expectation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WeavingContract {

    private static final int CALLERS = 64;

    private HikariDataSource pool;
    private AnnotationConfigApplicationContext context;
    private Shop shop;

    abstract WeavingMode mode();

    /** Whether private, static, final and self-invoked methods are guarded. */
    abstract boolean reachesEveryMethod();

    @BeforeAll
    void open() {
        pool = PostgresServer.pool(10);
        JdbcClient.create(pool)
                .sql("CREATE TABLE IF NOT EXISTS balance (account text PRIMARY KEY, amount int NOT NULL)")
                .update();
        JdbcClient.create(pool)
                .sql("CREATE TABLE IF NOT EXISTS weaving_week (id int PRIMARY KEY, day text NOT NULL)")
                .update();
        context = reachesEveryMethod()
                ? context(Shop.class, Inner.class, Hidden.class)
                : context(Shop.class, Inner.class);
        shop = context.getBean(Shop.class);
    }

    @AfterAll
    void closeAndPassThrough() {
        context.close();
        pool.close();
        Inner nobodys = new Inner();
        assertThat(nobodys.visit()).isEqualTo(1);
        assertThat(nobodys.tally().count()).isEqualTo(1);
    }

    private static ProbeGuard probe() {
        return new ProbeGuard(new ArrayList<>(), EnumSet.noneOf(GuardStage.class));
    }

    AnnotationConfigApplicationContext context(Class<?>... beans) {
        return prepared(probe()).beans(beans).open();
    }

    private InterlockContext prepared(ProbeGuard probe) {
        return InterlockContext.on(pool)
                .mode(mode())
                .guard(probe)
                .with(more -> more.registerBean(
                        "weekdays",
                        StateMachine.class,
                        () -> StateMachine.of(pool, "weaving_week", DayOfWeek.class, Shop.Step.class)
                                .column("day")
                                .edge(DayOfWeek.MONDAY, Shop.Step.NEXT, DayOfWeek.TUESDAY)
                                .build()));
    }

    @Test
    void excludesConcurrentCalls() throws Exception {
        assertGuarded(shop::visit, shop.guarded());
    }

    @Test
    void executesIdempotentCallsOnce() throws Exception {
        AnnotationConfigApplicationContext own = context(Shop.class);
        try (own) {
            Shop once = own.getBean(Shop.class);
            String call = UUID.randomUUID().toString();
            Race race = Race.callers(CALLERS);
            assertThat(race.run(caller -> once.visitOnce(call))
                            .requireNoFailure()
                            .values())
                    .containsOnly(1);
            assertThat(race.run(caller -> once.visitOnceLater(call)
                                    .toCompletableFuture()
                                    .get())
                            .requireNoFailure()
                            .values())
                    .containsOnly(2);
            assertThat(once.guarded().count()).isEqualTo(2);
        }
    }

    @Test
    void controlArmWithoutGuardRaces() throws Exception {
        Race.callers(CALLERS).runAll(caller -> shop.visitUnguarded()).requireNoFailure();
        assertThat(shop.unguarded().overlaps()).isPositive();
        assertThat(shop.unguarded().count()).isLessThan(CALLERS);
    }

    @Test
    void readsComposedAnnotationsWithTheirAliases() throws Exception {
        AnnotationConfigApplicationContext own = context(Shop.class);
        try (own) {
            Shop composed = own.getBean(Shop.class);
            assertGuarded(() -> composed.composed(7), composed.guarded());
        }
    }

    @Test
    void guardsInheritedGenericMethods() throws Exception {
        assertGuarded(() -> shop.visitInherited("one"), shop.inherited());
    }

    @Test
    void passesArgumentsResultsAndExceptionsThrough() {
        assertThat(shop.echo("text")).isEqualTo("text");
        shop.nothing();
        assertThatThrownBy(shop::failing).isInstanceOf(IOException.class).hasMessage("the body's own");
    }

    @Test
    void everyAttemptIsATransactionOfItsOwn() {
        JdbcClient jdbc = JdbcClient.create(pool);
        jdbc.sql("INSERT INTO balance VALUES ('retried', 0) ON CONFLICT (account) DO UPDATE SET amount = 0")
                .update();
        List<String> transactions = new ArrayList<>();
        int amount = shop.retried(() -> {
            jdbc.sql("UPDATE balance SET amount = amount + 1 WHERE account = 'retried'")
                    .update();
            transactions.add(jdbc.sql("SELECT pg_current_xact_id()::text")
                    .query(String.class)
                    .single());
            if (transactions.size() < 3) {
                throw new OptimisticLockingFailureException("again");
            }
            return jdbc.sql("SELECT amount FROM balance WHERE account = 'retried'")
                    .query(Integer.class)
                    .single();
        });
        assertThat(amount).isEqualTo(1);
        assertThat(transactions).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void holdsUntilTheStageHasEnded() throws Exception {
        CompletableFuture<String> until = new CompletableFuture<>();
        CompletableFuture<String> first = shop.stage(until).toCompletableFuture();
        assertThatThrownBy(() -> shop.stage(until)).isInstanceOf(LockNotAcquiredException.class);
        assertThat(shop.skippedStage().toCompletableFuture().get()).isNull();
        assertThat(first).isNotDone();
        until.complete("done");
        assertThat(first.get()).isEqualTo("done");
        assertThat(shop.skippedStage().toCompletableFuture().get()).isEqualTo("ran");
    }

    @Test
    void releasesAfterAStageThatFailed() throws Exception {
        CompletableFuture<String> until = new CompletableFuture<>();
        CompletableFuture<String> first = shop.future(until);
        IllegalStateException own = new IllegalStateException("the stage's own");
        until.completeExceptionally(own);
        assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasCause(own);
        assertThat(shop.skippedStage().toCompletableFuture().get()).isEqualTo("ran");
    }

    @Test
    void throwsSkipsOrFallsBackWhenUnavailable() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<String> holder = other.submit(() -> shop.busy(entered, leave));
            entered.await();
            assertThatThrownBy(shop::busyThrow)
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageStartingWith("Could not acquire lock 'busy' within 0s; backend=postgres, holder=");
            assertThat(shop.busySkip()).isNull();
            assertThat(shop.busyOptional()).isEmpty();
            assertThat(shop.busyFallback("this"))
                    .isEqualTo("this instead, LockNotAcquiredException, in transaction: false");
            leave.countDown();
            assertThat(holder.get()).isEqualTo("ran");
            assertThat(shop.busySkip()).isEqualTo("ran");
            assertThat(shop.busyFallback("this")).isEqualTo("ran");
        } finally {
            leave.countDown();
            other.shutdownNow();
        }
    }

    @Test
    void nextHolderReadsWhatTheFormerCommitted() throws Exception {
        assertThat(balanceAfter("transaction", shop::addInTransaction)).isEqualTo(CALLERS);
        assertThat(balanceAfter("session", shop::addInSession)).isEqualTo(CALLERS);
    }

    @Test
    void controlArmInATransactionLosesUpdates() throws Exception {
        assertThat(balanceAfter("unguarded", shop::addUnguarded)).isLessThan(CALLERS);
    }

    @Test
    void bothScopesOfOneKeyExcludeEachOther() throws Exception {
        int[] turn = {0};
        int sum = balanceAfter("mixed", account -> {
            boolean even;
            synchronized (turn) {
                even = turn[0]++ % 2 == 0;
            }
            if (even) {
                shop.addInTransaction(account);
            } else {
                shop.addInSession(account);
            }
        });
        assertThat(sum).isEqualTo(CALLERS);
    }

    @Test
    void locksRowsAndMovesStates() throws Exception {
        assertThat(balanceAfter("row", shop::addUnderRowLock)).isEqualTo(CALLERS);
        JdbcClient.create(pool)
                .sql("INSERT INTO weaving_week VALUES (1, 'MONDAY') ON CONFLICT (id) DO UPDATE SET day = 'MONDAY'")
                .update();
        assertThat(Race.callers(CALLERS)
                        .run(caller -> shop.passOnce(1))
                        .requireNoFailure()
                        .values())
                .containsOnlyOnce("TUESDAY")
                .containsOnly("TUESDAY", null);
    }

    @Test
    void everyPairOfStagesNestsInOrder() {
        for (GuardStage outer : GuardStage.values()) {
            for (GuardStage inner : GuardStage.values()) {
                if (outer.compareTo(inner) < 0) {
                    assertThat(probed(EnumSet.of(inner, outer)))
                            .containsExactly("> " + outer, "> " + inner, "< " + inner, "< " + outer);
                }
            }
        }
    }

    @Test
    void allStagesTogetherNestInOrder() {
        List<String> expected = new ArrayList<>();
        for (GuardStage stage : GuardStage.values()) {
            expected.add("> " + stage);
        }
        for (int i = GuardStage.values().length - 1; i >= 0; i--) {
            expected.add("< " + GuardStage.values()[i]);
        }
        assertThat(probed(EnumSet.allOf(GuardStage.class))).isEqualTo(expected);
    }

    @Test
    void runsTheBodyAsOftenAsAStepAsks() {
        AnnotationConfigApplicationContext own = context(Shop.class);
        try (own) {
            assertThat(own.getBean(Shop.class).repeated()).isEqualTo(3);
        }
    }

    @Test
    void selfInvocationIsGuardedOnlyWhereWoven() throws Exception {
        Inner inner = context.getBean(Inner.class);
        Race.callers(CALLERS).runAll(caller -> inner.visitMyself()).requireNoFailure();
        assertThat(inner.tally().overlaps() == 0).isEqualTo(reachesEveryMethod());
    }

    @Test
    void privateStaticAndFinalMethodsAreGuardedWhereWovenAndRefusedElsewhere() throws Exception {
        if (reachesEveryMethod()) {
            Hidden hidden = context.getBean(Hidden.class);
            assertGuarded(hidden::visit, hidden.tally());
            assertGuarded(hidden::visitFinally, hidden.tally());
            assertGuarded(Hidden::visitStatically, Hidden.ofClass());
            Hidden noBean = new Hidden();
            assertGuarded(noBean::visit, noBean.tally());
        } else {
            assertThatThrownBy(() -> context(Hidden.class))
                    .isInstanceOf(InvalidGuardException.class)
                    .hasMessageContaining("Hidden.visitPrivately(): is guarded but private")
                    .hasMessageContaining("Hidden.visitStatically(): is guarded but static")
                    .hasMessageContaining("Hidden.visitFinally(): is guarded but final")
                    .hasMessageContaining("use interlock.weaving=aspectj");
        }
    }

    @Test
    void aCallGoesToTheContextOfItsBean() {
        AnnotationConfigApplicationContext second = context(Shop.class);
        Shop itsBean = second.getBean(Shop.class);
        assertThat(itsBean.echo("second")).isEqualTo("second");
        assertThat(shop.echo("first")).isEqualTo("first");
        if (reachesEveryMethod()) {
            assertThatThrownBy(() -> new Shop(JdbcClient.create(pool)).echo("nobody's"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no bean of any of the 2 application contexts");
        }
        second.close();
        assertThat(shop.echo("first")).isEqualTo("first");
        if (reachesEveryMethod()) {
            assertThatThrownBy(() -> itsBean.echo("late"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed application context");
        } else {
            assertThatThrownBy(() -> itsBean.echo("late")).hasMessageContaining("the application is stopping");
        }
    }

    @Test
    void proxiedTransactionsAreRefusedWhereTheGuardIsWoven() {
        InterlockContext proxied = prepared(probe()).proxiedTransactions().beans(Shop.class);
        if (reachesEveryMethod()) {
            assertThatThrownBy(proxied::open)
                    .isInstanceOf(InvalidGuardException.class)
                    .hasMessageContaining(
                            "Shop.addInSession(String): is woven, but its @Transactional is proxied and would stand outside"
                                    + " the guard");
        } else {
            proxied.open().close();
        }
    }

    @Test
    void refusesGuardsOnInterfaces() {
        assertThatThrownBy(() -> context(Declared.Implementation.class))
                .isInstanceOf(InvalidGuardException.class)
                .hasMessageContaining("@AdvisoryLocked on Declared.run: is on an interface method");
    }

    @Test
    void refusesDeepAndDoubleComposition() {
        assertThatThrownBy(() -> context(DeeplyComposed.class, TwiceGuarded.class))
                .isInstanceOf(InvalidGuardException.class)
                .hasMessageContaining(
                        "@AdvisoryLocked on DeeplyComposed.run(long): is composed 2 levels deep through @DeepLock")
                .hasMessageContaining("@AdvisoryLocked on TwiceGuarded.run(long): is present more than once");
    }

    private List<String> probed(EnumSet<GuardStage> stages) {
        List<String> events = new ArrayList<>();
        AnnotationConfigApplicationContext own =
                prepared(new ProbeGuard(events, stages)).beans(Shop.class).open();
        try (own) {
            assertThat(own.getBean(Shop.class).probed()).isEqualTo("probed");
        }
        return events;
    }

    private static void assertGuarded(Callable<?> call, Tally tally) throws Exception {
        int before = tally.count();
        Race.callers(CALLERS).runAll(caller -> call.call()).requireNoFailure();
        assertThat(tally.overlaps()).isZero();
        assertThat(tally.count() - before).isEqualTo(CALLERS);
    }

    private interface Addition {
        void to(String account);
    }

    private int balanceAfter(String account, Addition addition) throws Exception {
        JdbcClient jdbc = JdbcClient.create(pool);
        jdbc.sql("INSERT INTO balance VALUES (?, 0) ON CONFLICT (account) DO UPDATE SET amount = 0")
                .param(account)
                .update();
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            addition.to(account);
        });
        race.requireNoFailure();
        return jdbc.sql("SELECT amount FROM balance WHERE account = ?")
                .param(account)
                .query(Integer.class)
                .single();
    }
}
