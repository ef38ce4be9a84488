package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.scenario.Callers;
import dev.interlock.scenario.Chain;
import dev.interlock.scenario.Transfers;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Locks from code and from annotations are the same locks, and code inside a transaction keeps them to its end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockTemplateOnPostgresTest {

    private final PostgresProcesses processes = new PostgresProcesses(Chain.class, Callers.class, Transfers.class);
    private final LockTemplate locks = processes.first.locks;
    private final Chain chain = processes.firstContext.getBean(Chain.class);
    private final Chain elsewhere = processes.secondContext.getBean(Chain.class);
    private final Transfers transfers = processes.firstContext.getBean(Transfers.class);
    private final Callers callers = processes.firstContext.getBean(Callers.class);

    @AfterAll
    void close() {
        processes.close();
    }

    @AfterEach
    void nothingIsLeft() {
        processes.assertNothingIsLeft();
    }

    @Test
    void codeKeepsGuardedMethodsOutInBothScopesAndProcesses() throws Exception {
        try (LockHandle handle = locks.advisory("chain", "k").acquire()) {
            for (Chain each : List.of(chain, elsewhere)) {
                assertThatThrownBy(() -> each.session("k", () -> "ran")).isInstanceOf(LockNotAcquiredException.class);
                assertThatThrownBy(() -> each.transaction("k", () -> "ran"))
                        .isInstanceOf(LockNotAcquiredException.class);
            }
            assertThat(handle.hold().isLost()).isFalse();
        }
        assertThat(elsewhere.session("k", () -> "ran")).isEqualTo("ran");
    }

    @Test
    void guardedMethodsKeepCodeOut() throws Exception {
        for (LockingProcess process : List.of(processes.first, processes.second)) {
            AdvisoryLockSpec once = process.locks.advisory("chain", "k").waitTime(Duration.ZERO);
            assertThat(chain.session("k", () -> onAnotherThread(once))).isFalse();
            assertThat(chain.transaction("k", () -> onAnotherThread(once))).isFalse();
            assertThat(onAnotherThread(once)).isTrue();
        }
    }

    @Test
    void bothExcludeEachOtherUnderLoad() throws Exception {
        AdvisoryLockSpec code = processes.second.locks.advisory("account", 1).waitTime(Duration.ofSeconds(60));
        int[] counter = {0};
        RaceResult<Void> race = Race.callers(6).runAll(caller -> {
            int mine = caller.number() % 3;
            for (int i = 0; i < 50; i++) {
                switch (mine) {
                    case 0 -> code.run(() -> counter[0]++);
                    case 1 -> transfers.inSession(List.of(1), () -> counter[0]++);
                    default -> transfers.inTransaction(List.of(1), () -> counter[0]++);
                }
            }
        });
        race.requireNoFailure();
        assertThat(counter[0]).isEqualTo(300);
    }

    @Test
    void codeInsideAGuardedMethodEntersItsLockAgain() throws Exception {
        AdvisoryLockSpec once = locks.advisory("chain", "k").waitTime(Duration.ZERO);
        assertThat(chain.session("k", () -> once.call(processes::locks))).isEqualTo(1);
        assertThat(once.<Integer, Exception>call(() -> chain.session("k", processes::locks)))
                .isEqualTo(1);
        assertThat(chain.transaction("k", () -> once.call(processes::locks))).isEqualTo(1);
        assertThat(once.<Integer, Exception>call(() -> chain.transaction("k", processes::locks)))
                .isEqualTo(1);
    }

    @Test
    void insideATransactionAHandleIsKeptUntilItsEnd() throws Exception {
        AdvisoryLockSpec once = locks.advisory("chain", "k").waitTime(Duration.ZERO);
        callers.inTransaction(() -> {
            LockHandle handle = once.acquire();
            handle.close();
            handle.close();
            assertThat(onAnotherThread(once)).isFalse();
            assertThat(once.tryRun(() -> {})).as("entered again").isTrue();
            return "";
        });
        assertThat(onAnotherThread(once)).isTrue();
    }

    @Test
    void aTransactionThatRollsBackGivesTheLockBackToo() throws Exception {
        AdvisoryLockSpec once = locks.advisory("chain", "k").waitTime(Duration.ZERO);
        assertThatThrownBy(() -> callers.inTransaction(() -> {
                    once.run(() -> {});
                    assertThat(onAnotherThread(once)).isFalse();
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        assertThat(onAnotherThread(once)).isTrue();
    }

    @Test
    void aHandleThatOutlivesTheTransactionKeepsTheLock() throws Exception {
        AdvisoryLockSpec once = locks.advisory("chain", "k").waitTime(Duration.ZERO);
        LockHandle handle = callers.inTransaction(once::acquire);
        assertThat(onAnotherThread(once)).isFalse();
        CompletableFuture.runAsync(handle::close).get(60, TimeUnit.SECONDS);
        assertThat(onAnotherThread(once)).isTrue();
    }

    @Test
    void aStageInsideATransactionIsKeptUntilBothHaveEnded() throws Exception {
        AdvisoryLockSpec once = locks.advisory("chain", "k").waitTime(Duration.ZERO);
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> running =
                callers.inTransaction(() -> once.callAsync(() -> work).toCompletableFuture());
        assertThat(running).isNotDone();
        assertThat(onAnotherThread(once)).isFalse();
        work.complete("done");
        assertThat(running.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(onAnotherThread(once)).isTrue();
    }

    @Test
    void aTransactionThatWaitsAtTheGateGetsNoSessionLockHandedOver() throws Exception {
        CompletableFuture<Integer> waiter;
        try (LockHandle handle = locks.advisory("account", 1).acquire()) {
            waiter = CompletableFuture.supplyAsync(() -> {
                try {
                    return transfers.inTransaction(List.of(1), processes::locks);
                } catch (Exception failure) {
                    throw new AssertionError(failure);
                }
            });
            processes.first.awaitWaiting(1);
            assertThat(handle.hold().isLost()).isFalse();
        }
        assertThat(waiter.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    private static boolean onAnotherThread(AdvisoryLockSpec spec) throws Exception {
        return CompletableFuture.supplyAsync(() -> spec.tryRun(() -> {})).get(60, TimeUnit.SECONDS);
    }
}
