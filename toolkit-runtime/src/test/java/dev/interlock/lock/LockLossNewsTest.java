package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.interlock.guard.GuardContext;
import dev.interlock.lock.LockLostException.Effects;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a holder learns of the loss of its lock: while it runs, by a listener, at its end. */
class LockLossNewsTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final AdvisoryLockSpec lock = process.locks.advisory("lossy");
    private final AtomicInteger told = new AtomicInteger();

    @AfterEach
    void nothingIsLeft() {
        process.assertNothingIsLeft();
        assertThat(backend.granted).isEmpty();
    }

    @Test
    void theCurrentHoldTellsOfTheLossAndTheCallEndsWithIt() {
        assertThatThrownBy(() -> lock.run(() -> {
                    assertThat(LockHold.current().isLost()).isFalse();
                    backend.loseAll();
                    assertThat(LockHold.current().isLost()).isTrue();
                }))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(Effects.UNKNOWN))
                .hasMessageStartingWith("Lock 'lossy' was lost: while the body ran");
    }

    @Test
    void theControlArmWithoutALossEndsWell() {
        lock.run(() -> assertThat(LockHold.current().isLost()).isFalse());
    }

    @Test
    void outsideEveryLockThereIsNoHold() {
        assertThatThrownBy(LockHold::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("No lock guards this code");
        lock.run(() -> assertThatThrownBy(() -> LockHold.current("other"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("No lock 'other' guards this code"));
    }

    @Test
    void theInnermostHoldIsTheCurrentOneAndOthersAreFoundByName() {
        assertThatThrownBy(() -> lock.run(() -> {
                    process.locks.advisory("inner").run(() -> {
                        assertThat(LockHold.current().name()).isEqualTo("inner");
                        backend.granted.get(0).lose();
                        assertThat(LockHold.current().isLost()).isFalse();
                        assertThat(LockHold.current("lossy").isLost()).isTrue();
                    });
                    assertThat(LockHold.current().name()).isEqualTo("lossy");
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void aCallThatEntersAgainSeesTheLossAndIsTold() {
        assertThatThrownBy(() -> lock.run(() -> {
                    LockHold outer = LockHold.current();
                    assertThatThrownBy(() -> lock.run(() -> {
                                assertThat(LockHold.current()).isNotSameAs(outer);
                                LockHold.current().onLoss(told::incrementAndGet);
                                backend.loseAll();
                                assertThat(LockHold.current().isLost()).isTrue();
                            }))
                            .isInstanceOf(LockLostException.class);
                    assertThat(outer.isLost()).isTrue();
                }))
                .isInstanceOf(LockLostException.class);
        await().atMost(SOON).until(() -> told.get() == 1);
    }

    @Test
    void workHandedToAnotherThreadSeesHoldAndLossAndToken() {
        assertThatThrownBy(() -> lock.run(() -> {
                    FencingToken token = FencingToken.current();
                    CompletableFuture.runAsync(GuardContext.wrap(() -> {
                                assertThat(FencingToken.current()).isEqualTo(token);
                                backend.loseAll();
                                assertThat(LockHold.current("lossy").isLost()).isTrue();
                            }))
                            .get(60, TimeUnit.SECONDS);
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void workHandedToAnotherThreadCannotWaitForItsParent() throws Exception {
        Runnable work = () -> assertThatThrownBy(() -> lock.run(() -> {}))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("so this would wait for itself");
        lock.run(() -> CompletableFuture.runAsync(GuardContext.wrap(work)).get(60, TimeUnit.SECONDS));
    }

    @Test
    void aListenerIsCalledOnceOnAThreadOfItsOwn() {
        Thread[] calledOn = new Thread[1];
        lost(() -> {
            LockHold.current().onLoss(() -> {
                calledOn[0] = Thread.currentThread();
                told.incrementAndGet();
            });
            backend.loseAll();
            await().atMost(SOON).until(() -> told.get() == 1);
            backend.loseAll();
        });
        assertThat(told.get()).isEqualTo(1);
        assertThat(calledOn[0]).isNotSameAs(Thread.currentThread());
    }

    @Test
    void aListenerOfSeveralKeysIsCalledOnceThoughAllAreLost() {
        assertThatThrownBy(() -> process.locks
                        .advisory("lossy", List.of(1, 2, 3))
                        .run(() -> {
                            LockHold.current().onLoss(told::incrementAndGet);
                            backend.loseAll();
                        }))
                .isInstanceOf(LockLostException.class);
        await().atMost(SOON).until(() -> told.get() > 0);
        settle(process.space);
        assertThat(told.get()).isEqualTo(1);
    }

    @Test
    void aListenerThatComesTooLateIsCalledSoon() {
        lost(() -> {
            backend.loseAll();
            LockHold.current().onLoss(told::incrementAndGet);
            await().atMost(SOON).until(() -> told.get() == 1);
        });
    }

    @Test
    void aListenerIsNotCalledAfterACleanRelease() {
        ScriptedLockBackend.Scripted[] released = new ScriptedLockBackend.Scripted[1];
        lock.run(() -> {
            LockHold.current().onLoss(told::incrementAndGet);
            released[0] = backend.granted.get(0);
        });
        released[0].lose();
        settle(process.space);
        assertThat(told.get()).isZero();
    }

    @Test
    void aListenerOfAFormerHolderIsNotCalledWhenALaterOneLosesTheLock() throws Exception {
        LockHandle first = lock.acquire();
        first.hold().onLoss(told::incrementAndGet);
        CompletableFuture<Void> next = CompletableFuture.runAsync(() -> lost(backend::loseAll));
        process.awaitWaiting(1);
        first.close();
        next.get(60, TimeUnit.SECONDS);
        settle(process.space);
        assertThat(told.get()).isZero();
    }

    @Test
    void aListenerThatThrowsIsLoggedAndHarmsNobody() {
        Logger logger = (Logger) LoggerFactory.getLogger(HeldLocks.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        try {
            lost(() -> {
                LockHold.current().onLoss(() -> {
                    throw new IllegalStateException("wanted");
                });
                LockHold.current().onLoss(told::incrementAndGet);
                backend.loseAll();
                await().atMost(SOON).until(() -> told.get() == 1);
            });
        } finally {
            logger.detachAppender(lines);
            logger.setAdditive(true);
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("A listener for the loss of lock 'lossy' failed");
    }

    @Test
    void theLossIsAttachedToTheBodysOwnException() {
        IOException own = new IOException("the body's own");
        assertThatThrownBy(() -> lock.run(() -> {
                    backend.loseAll();
                    throw own;
                }))
                .isSameAs(own)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(LockLostException.class));
    }

    @Test
    void aStageEndsWithTheLossOrCarriesIt() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletionStage<String> running = lock.callAsync(() -> work);
        backend.loseAll();
        work.complete("done");
        assertThatThrownBy(() -> running.toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LockLostException.class);
    }

    @Test
    void aHandleTellsOfTheLossWhenItIsClosed() {
        LockHandle handle = lock.acquire();
        backend.loseAll();
        assertThat(handle.hold().isLost()).isTrue();
        assertThatThrownBy(handle::close)
                .isInstanceOf(LockLostException.class)
                .hasMessageContaining("while it was held");
        handle.close();
    }

    @Test
    void everyListenerIsToldOnceWhateverTheMomentOfTheLoss() throws Exception {
        for (int i = 0; i < 500; i++) {
            AtomicInteger calls = new AtomicInteger();
            CountDownLatch called = new CountDownLatch(1);
            lost(() -> {
                CompletableFuture<Void> losing = CompletableFuture.runAsync(backend::loseAll);
                LockHold.current().onLoss(() -> {
                    calls.incrementAndGet();
                    called.countDown();
                });
                losing.join();
            });
            assertThat(called.await(60, TimeUnit.SECONDS)).isTrue();
            settle(process.space);
            assertThat(calls.get()).isEqualTo(1);
        }
    }

    private void lost(Runnable body) {
        assertThatThrownBy(() -> lock.run(body::run)).isInstanceOf(LockLostException.class);
    }

    /** Waits until all news so far have been told, since one thread tells them in their order. */
    private static void settle(LockSpace space) {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        space.tell(() -> told.complete(true));
        assertThat(told.join()).isTrue();
    }
}
