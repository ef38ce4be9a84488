package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.guard.Clock;
import dev.interlock.key.InvalidKeyException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Locks for code: every way to run something under one, and to give it back. */
class LockTemplateTest {

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final LockTemplate locks = process.locks;
    private final AdvisoryLockSpec lock = locks.advisory("code", 7);
    private final AtomicInteger ran = new AtomicInteger();

    @AfterEach
    void nothingIsLeft() {
        process.assertNothingIsLeft();
        assertThat(backend.granted).isEmpty();
    }

    @Test
    void runsAndCallsUnderTheLock() {
        lock.run(() -> {
            ran.incrementAndGet();
            assertHeld();
        });
        assertThat(lock.call(() -> {
                    assertHeld();
                    return "result";
                }))
                .isEqualTo("result");
        assertThat(lock.<String, RuntimeException>call(() -> null)).isNull();
        assertThat(ran.get()).isEqualTo(1);
    }

    @Test
    void triesToRunAndToCall() {
        assertThat(lock.tryRun(this::assertHeld)).isTrue();
        assertThat(lock.tryCall(() -> "result")).contains("result");
        assertThat(lock.tryCall(() -> null)).isEmpty();
        try (LockHandle handle = lock.acquire()) {
            assertThat(handle.hold().name()).isEqualTo("code");
            AdvisoryLockSpec once = lock.waitTime(Duration.ZERO);
            assertThat(once.tryRun(ran::incrementAndGet)).isFalse();
            assertThat(once.tryCall(ran::incrementAndGet)).isEmpty();
            assertThat(once.tryAcquire()).isEmpty();
            assertThatThrownBy(() -> once.run(ran::incrementAndGet))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageMatching("Could not acquire lock 'code' \\(key [0-9a-f]+…\\) within 0s;"
                            + " backend=scripted, .*holder=in this process");
            assertThatThrownBy(() -> once.call(ran::incrementAndGet)).isInstanceOf(LockNotAcquiredException.class);
            assertThatThrownBy(() -> once.callAsync(() -> CompletableFuture.completedFuture("")))
                    .isInstanceOf(LockNotAcquiredException.class);
        }
        assertThat(ran.get()).isZero();
    }

    @Test
    void checkedExceptionsPassUnwrapped() {
        IOException own = new IOException("own");
        assertThatThrownBy(() -> lock.run(() -> {
                    throw own;
                }))
                .isSameAs(own);
        assertThatThrownBy(() -> lock.call(() -> {
                    throw own;
                }))
                .isSameAs(own);
        assertThatThrownBy(() -> lock.tryRun(() -> {
                    throw own;
                }))
                .isSameAs(own);
        assertThatThrownBy(() -> lock.tryCall(() -> {
                    throw own;
                }))
                .isSameAs(own);
        assertThat(own.getSuppressed()).isEmpty();
    }

    @Test
    void errorsPassToo() {
        Error own = new StackOverflowError();
        assertThatThrownBy(() -> lock.run(() -> {
                    throw own;
                }))
                .isSameAs(own);
    }

    @Test
    void aRefusalOfTheBodyIsNotTakenForOneOfTheLock() {
        try (LockHandle other = locks.advisory("other").acquire()) {
            assertThatThrownBy(() -> lock.tryRun(() ->
                            locks.advisory("other").waitTime(Duration.ZERO).run(() -> {})))
                    .isInstanceOf(LockNotAcquiredException.class);
            assertThat(other.hold().isLost()).isFalse();
        }
    }

    @Test
    void anInterruptedTryIsAnErrorAndNotAnEmptyResult() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> lock.tryRun(ran::incrementAndGet))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ran.get()).isZero();
    }

    @Test
    void anyThreadMayCloseAHandleAndTheSecondTimeDoesNothing() throws Exception {
        LockHandle handle = lock.acquire();
        CompletableFuture.runAsync(handle::close).get(60, TimeUnit.SECONDS);
        try (LockHandle next = lock.waitTime(Duration.ZERO).acquire()) {
            handle.close();
            assertThat(next.hold().isLost()).isFalse();
            assertThat(lock.waitTime(Duration.ZERO).tryAcquire()).isEmpty();
        }
    }

    @Test
    void aHandleIsNotPartOfTheCallChain() {
        try (LockHandle handle = lock.acquire()) {
            assertThatThrownBy(LockHold::current).isInstanceOf(IllegalStateException.class);
            assertThat(lock.waitTime(Duration.ZERO).tryRun(() -> {})).isFalse();
            assertThat(handle.hold().token().value()).isPositive();
        }
    }

    @Test
    void nestedCallsEnterAgain() {
        lock.run(() -> {
            FencingToken outer = FencingToken.current();
            lock.waitTime(Duration.ZERO)
                    .run(() -> assertThat(FencingToken.current()).isEqualTo(outer));
            assertHeld();
        });
        assertThat(backend.asked.get()).isEqualTo(1);
    }

    @Test
    void aStageHoldsTheLockUntilItHasEnded() throws Exception {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletionStage<String> running = lock.callAsync(() -> work);
        assertThat(lock.waitTime(Duration.ZERO).tryRun(() -> {})).isFalse();
        assertThat(running.toCompletableFuture()).isNotDone();
        CompletableFuture.runAsync(() -> work.complete("done")).get(60, TimeUnit.SECONDS);
        assertThat(running.toCompletableFuture().get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(lock.waitTime(Duration.ZERO).tryRun(() -> {})).isTrue();
    }

    @Test
    void aStageThatFailsGivesTheLockBack() {
        IOException own = new IOException("own");
        assertThatThrownBy(() -> lock.callAsync(() -> CompletableFuture.failedFuture(own))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCause(own);
        assertThat(own.getSuppressed()).isEmpty();
        assertThatThrownBy(() -> lock.callAsync(() -> {
                    throw new IllegalStateException("before any stage");
                }))
                .hasMessage("before any stage");
        CompletionStage<String> none = lock.callAsync(() -> null);
        assertThat(none).isNull();
    }

    @Test
    void aWaitEndsByItsTime() {
        try (LockHandle handle = lock.acquire()) {
            long start = System.nanoTime();
            assertThat(lock.waitTime(Duration.ofMillis(200)).tryAcquire()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
            assertThat(handle.hold().isLost()).isFalse();
        }
    }

    @Test
    void waitTimeZeroTakesAFreeLock() {
        assertThat(lock.waitTime(Duration.ZERO).tryRun(this::assertHeld)).isTrue();
    }

    @Test
    void aDescriptionIsChangedByCopying() {
        AdvisoryLockSpec changed = lock.waitTime(Duration.ZERO).shared();
        assertThat(changed).isNotSameAs(lock);
        try (LockHandle reader = changed.acquire()) {
            assertThat(changed.tryRun(() -> {})).isTrue();
            assertThat(lock.waitTime(Duration.ZERO).tryRun(() -> {})).isFalse();
            assertThatThrownBy(() -> reader.hold().token())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has no fencing token");
        }
    }

    @Test
    void brokenDescriptionsAreRefusedAtOnce() {
        assertThatThrownBy(() -> lock.waitTime(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> locks.mutex("m").leaseTime(Duration.ofMillis(99)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> locks.mutex("m").minHold(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> locks.mutex("m").maxHold(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> locks.advisory(" ")).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> locks.advisory("code", 1.5)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> locks.advisory("code", List.of())).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void aMissingBackendIsToldWithItsRemedy() {
        LockSpaces none = new LockSpaces() {

            @Override
            public Optional<LockSpace> find(String name) {
                return Optional.empty();
            }

            @Override
            public String remedy() {
                return "configure one";
            }
        };
        MutexSpaces noMutexes = new MutexSpaces() {

            @Override
            public Optional<LockSpace> find() {
                return Optional.empty();
            }

            @Override
            public String remedy() {
                return "configure one";
            }
        };
        LockTemplate empty = new LockTemplate(LockingProcess.NAMESPACE, none, noMutexes, Clock.SYSTEM);
        assertThatThrownBy(() -> empty.advisory("code").run(ran::incrementAndGet))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("configure one");
        assertThatThrownBy(() -> empty.mutex("code").tryRun(ran::incrementAndGet))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("configure one");
        assertThatThrownBy(() -> empty.redisName("code"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("configure one");
        assertThatThrownBy(() -> lock.dataSource("unknown").run(ran::incrementAndGet))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("'unknown'");
        assertThat(ran.get()).isZero();
    }

    @Test
    void theNameInRedisIsTheOneOfTheBackend() {
        assertThat(locks.redisName("code", 7))
                .isEqualTo("scripted:" + LockingProcess.key("code", "7").id());
        assertThatThrownBy(() -> locks.redisName("code", List.of(1, 2))).isInstanceOf(IllegalArgumentException.class);
    }

    private void assertHeld() {
        assertThat(LockHold.current().name()).isEqualTo("code");
        assertThat(backend.granted).hasSize(1);
    }
}
