package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.guard.GuardContext;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.testing.PostgresServer;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Where the life of a hold begins and ends in less usual ways. */
class HoldLifetimeTest {

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final LockingProcess other = new LockingProcess(backend);

    @Test
    void severalKeysThatWereRefusedInATransactionLeaveNothingBoundToIt() {
        int last = IntStream.range(0, 3)
                .boxed()
                .max(Comparator.comparingLong(
                        i -> LockingProcess.key("part", String.valueOf(i)).id()))
                .orElseThrow();
        try (LockHandle held = other.locks.advisory("part", last).acquire()) {
            assertThat(held.hold().isLost()).isFalse();
            inTransaction(() -> {
                assertThat(process.locks
                                .advisory("part", List.of(0, 1, 2))
                                .waitTime(Duration.ZERO)
                                .tryAcquire())
                        .isEmpty();
                assertThat(process.space.inspect().held()).isEmpty();
            });
        }
    }

    @Test
    void aLossAfterTheHandOffIsNotToldToTheFormerHolder() {
        AtomicInteger told = new AtomicInteger();
        LockHandle former = process.locks.advisory("former").acquire();
        former.hold().onLoss(told::incrementAndGet);
        KeyGate.Turn next = new KeyGate.Turn(LockingProcess.key("former"), false, grant -> true);
        process.space.gate().join(next);
        former.close();
        assertThat(next.handedOver()).isNotNull();
        backend.loseAll();
        CompletableFuture<Boolean> toldEverybody = new CompletableFuture<>();
        process.space.tell(() -> toldEverybody.complete(true));
        toldEverybody.join();
        process.space.gate().leave(next);
        assertThat(told).hasValue(0);
    }

    @Test
    void minHoldCountsFromTheGrantHoweverLongItsAnswerTook() {
        Duration minHold = Duration.ofSeconds(60);
        backend.answersAfter = Duration.ofMillis(500);
        long begun = System.nanoTime();
        process.locks.mutex("slow").minHold(minHold).run(() -> {});
        Duration call = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(backend.kept).isGreaterThan(minHold.minus(call).plus(backend.answersAfter.dividedBy(2)));
    }

    @Test
    void workHandedToTheSameThreadBelongsToItsChain() {
        inTransaction(() -> process.locks.advisory("outer").run(() -> {
            sameThread(() ->
                    process.locks.advisory("inner").waitTime(Duration.ZERO).run(() -> {}));
            assertThat(process.locks.advisory("inner").waitTime(Duration.ZERO).tryRun(() -> {}))
                    .isTrue();
        }));
    }

    @Test
    void theLossOfWhatWasLockedOnTheSameThreadVetoesTheCommit() {
        assertThatThrownBy(() ->
                        inTransaction(() -> process.locks.advisory("outer").run(() -> {
                            sameThread(() -> process.locks
                                    .advisory("inner")
                                    .waitTime(Duration.ZERO)
                                    .run(() -> {}));
                            backend.granted.get(1).lose();
                        })))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void aTokenOnceDrawnStaysTheSameAfterALoss() {
        LockHandle held = process.locks.advisory("token").acquire();
        FencingToken token = held.hold().token();
        backend.loseAll();
        assertThat(held.hold().token()).isEqualTo(token);
        assertThat(catchThrowable(held::close)).isInstanceOf(LockLostException.class);
    }

    @Test
    void aStageThatRefusesToBeWatchedLeavesNothing() {
        CompletionStage<String> broken = brokenStage();
        assertThatThrownBy(() -> process.locks.advisory("stage").callAsync(() -> broken))
                .isInstanceOf(UnsupportedOperationException.class);
        process.assertNothingIsLeft();
    }

    @Test
    void workThatOutlivesItsParentHasNoLock() {
        Runnable[] late = new Runnable[1];
        process.locks
                .advisory("late")
                .run(() -> late[0] = GuardContext.wrap((Runnable)
                        () -> assertThatThrownBy(LockHold::current).isInstanceOf(IllegalStateException.class)));
        late[0].run();
    }

    @Test
    void aBackendThatFailedIsNotTakenForABusyLock() {
        backend.refusal = new LockBackend.Acquisition.Unavailable("broken", new IllegalStateException("broken"));
        assertThatThrownBy(() -> process.locks.advisory("broken").tryRun(() -> {}))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("broken");
    }

    private static void inTransaction(Runnable work) {
        DataSourceTransactionManager manager = new DataSourceTransactionManager(PostgresServer.direct());
        manager.addListener(new TransactionEvents());
        new TransactionTemplate(manager).executeWithoutResult(status -> work.run());
    }

    private static void sameThread(Runnable work) {
        GuardContext.wrap(work).run();
    }

    @SuppressWarnings("unchecked")
    private static CompletionStage<String> brokenStage() {
        return (CompletionStage<String>) Proxy.newProxyInstance(
                HoldLifetimeTest.class.getClassLoader(),
                new Class<?>[] {CompletionStage.class},
                (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException();
                });
    }
}
