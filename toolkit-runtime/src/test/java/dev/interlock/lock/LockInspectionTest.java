package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.annotation.LockMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a space tells of its locks: who holds, who waits at the gate and at the backend, tokens, losses. */
class LockInspectionTest {

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final LockSpace space = process.space;

    @AfterEach
    void nothingIsLeft() {
        process.assertNothingIsLeft();
        LockReport report = space.inspect();
        assertThat(report.held()).isEmpty();
        assertThat(report.waiting()).isEmpty();
    }

    @Test
    void showsHoldersTheLongestFirst() {
        LockHandle first = process.locks.advisory("first", "secret@example.org").acquire();
        LockHandle second = process.locks.advisory("second").shared().acquire();
        LockReport report = space.inspect();
        assertThat(report.backend()).isEqualTo("scripted");
        assertThat(report.held())
                .extracting(LockReport.Held::lock)
                .satisfiesExactly(
                        one -> assertThat(one).matches("'first' \\(key [0-9a-f]+…\\)"),
                        other -> assertThat(other).isEqualTo("'second'"));
        assertThat(report.held())
                .extracting(LockReport.Held::mode)
                .containsExactly(LockMode.EXCLUSIVE, LockMode.SHARED);
        assertThat(report.held()).allSatisfy(held -> {
            assertThat(held.place()).isEqualTo("scripted place");
            assertThat(held.lost()).isFalse();
            assertThat(held.token()).isEmpty();
            assertThat(held.age()).isBetween(Duration.ZERO, Duration.ofMinutes(5));
        });
        assertThat(report.toString()).doesNotContain("secret");
        first.close();
        second.close();
    }

    @Test
    void showsTheTokenOnceItIsDrawn() {
        LockHandle handle = process.locks.advisory("fenced").acquire();
        long token = handle.hold().token().value();
        assertThat(space.inspect().held())
                .singleElement()
                .satisfies(held -> assertThat(held.token()).hasValue(token));
        handle.close();
    }

    @Test
    void showsALostLockUntilItsHolderEnds() {
        LockHandle handle = process.locks.advisory("lost").acquire();
        backend.loseAll();
        assertThat(space.inspect().held())
                .singleElement()
                .satisfies(held -> assertThat(held.lost()).isTrue());
        assertThat(catchThrowable(handle::close)).isInstanceOf(LockLostException.class);
    }

    @Test
    void showsWhoWaitsAtTheGateAndAtTheBackend() throws Exception {
        LockingProcess other = new LockingProcess(backend);
        LockHandle theirs = other.locks.advisory("busy").acquire();
        CompletableFuture<Void> atTheBackend = waiting(process.locks.advisory("busy"));
        process.awaitWaiting(1);
        CompletableFuture<Void> atTheGate =
                waiting(process.locks.advisory("busy").shared());
        process.awaitWaiting(2);
        List<LockReport.Waiting> waiting = space.inspect().waiting();
        assertThat(waiting).extracting(LockReport.Waiting::lock).containsExactly("'busy'", "'busy'");
        assertThat(waiting).extracting(LockReport.Waiting::mode).containsExactly(LockMode.EXCLUSIVE, LockMode.SHARED);
        assertThat(waiting).allSatisfy(each -> assertThat(each.age()).isBetween(Duration.ZERO, Duration.ofMinutes(5)));
        assertThat(waiting.get(0).age()).isGreaterThanOrEqualTo(waiting.get(1).age());
        assertThat(space.asking()).hasSize(1);
        assertThat(space.inspect().held()).isEmpty();
        assertThat(other.space.inspect().held()).hasSize(1);
        theirs.close();
        atTheBackend.get(60, TimeUnit.SECONDS);
        atTheGate.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aWaiterThatGivesUpIsGone() throws Exception {
        LockHandle handle = process.locks.advisory("busy").acquire();
        CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> process.locks
                .advisory("busy")
                .waitTime(Duration.ofSeconds(1))
                .tryAcquire()
                .isPresent());
        process.awaitWaiting(1);
        assertThat(waiter.get(60, TimeUnit.SECONDS)).isFalse();
        assertThat(space.inspect().waiting()).isEmpty();
        handle.close();
    }

    private static CompletableFuture<Void> waiting(AdvisoryLockSpec spec) {
        return CompletableFuture.runAsync(
                () -> spec.waitTime(Duration.ofSeconds(60)).run(() -> {}));
    }
}
