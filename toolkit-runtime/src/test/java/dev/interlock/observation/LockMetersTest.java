package dev.interlock.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.FenceStores;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockHandle;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import dev.interlock.lock.LockSpace;
import dev.interlock.lock.LockSpaces;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpaces;
import dev.interlock.memory.MemoryLockBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of locks, on the backend that needs no server. */
class LockMetersTest {

    private final Measured measured = new Measured(new SimpleMeterRegistry());
    private final SpanRecorder spans = new SpanRecorder();
    private final Observations observations = new Observations();
    private final LockTemplate locks = template(new MemoryLockBackend());

    private LockTemplate template(LockBackend backend) {
        LockSpace space = LockSpace.ofLeases(backend, FenceStores.NONE, observations);
        return new LockTemplate(new KeyNamespace("tests"), new NoDatabases(), MutexSpaces.of(space), Clock.SYSTEM);
    }

    private static final class NoDatabases implements LockSpaces {

        @Override
        public Optional<LockSpace> find(String dataSource) {
            return Optional.empty();
        }

        @Override
        public String remedy() {
            return "";
        }
    }

    @BeforeEach
    void bind() {
        observations.bind(new MicrometerSink(measured.registry(), spans.registry()));
    }

    @AfterEach
    void unbind() {
        observations.unbind();
    }

    private long acquired(String outcome) {
        return measured.timed("interlock.lock.acquire", "name", "order", "backend", "memory", "outcome", outcome);
    }

    @Test
    void acquisitionsAreTimedByTheirOutcome() {
        locks.mutex("order", 1).run(() -> {
            locks.mutex("order", 1).run(() -> {});
            CompletableFuture.runAsync(() -> assertThatThrownBy(() -> locks.mutex("order", 1)
                                    .waitTime(Duration.ZERO)
                                    .run(() -> {}))
                            .isInstanceOf(LockNotAcquiredException.class))
                    .join();
            CompletableFuture.runAsync(() -> {
                        Thread.currentThread().interrupt();
                        assertThatThrownBy(() -> locks.mutex("order", 1).run(() -> {}))
                                .isInstanceOf(LockNotAcquiredException.class);
                        assertThat(Thread.interrupted()).isTrue();
                    })
                    .join();
        });
        assertThat(acquired("acquired")).isOne();
        assertThat(acquired("reentered")).isOne();
        assertThat(acquired("timeout")).isOne();
        assertThat(acquired("interrupted")).isOne();
        assertThat(acquired("error")).isZero();
        assertThat(measured.timed("interlock.lock.hold", "name", "order", "backend", "memory"))
                .isOne();
        assertThat(spans.values(InterlockSpan.LOCK, "outcome"))
                .containsExactly("acquired", "reentered", "timeout", "interrupted");
        assertThat(spans.values(InterlockSpan.LOCK, "name")).containsOnly("order");
    }

    @Test
    void holdsAreTimedFromTheGrantToTheRelease() throws Exception {
        try (LockHandle handle = locks.mutex("order", 1).acquire()) {
            Clock.SYSTEM.sleep(Duration.ofMillis(30));
            assertThat(handle.hold().isLost()).isFalse();
        }
        assertThat(measured.longest("interlock.lock.hold")).isGreaterThanOrEqualTo(30);
        assertThat(measured.longest("interlock.lock.acquire")).isLessThan(30);
    }

    @Test
    void holdersAndWaitersGoUpAndDown() {
        CompletableFuture<Void> release = new CompletableFuture<>();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(CompletableFuture.runAsync(
                    () -> locks.mutex("order", 1).run(() -> release.join()), command -> new Thread(command).start()));
        }
        await().until(() -> measured.gauged("interlock.lock.waiters", "backend", "memory") == 3);
        assertThat(measured.gauged("interlock.lock.held", "backend", "memory")).isOne();
        release.complete(null);
        callers.forEach(CompletableFuture::join);
        assertThat(measured.gauged("interlock.lock.waiters", "backend", "memory"))
                .isZero();
        assertThat(measured.gauged("interlock.lock.held", "backend", "memory")).isZero();
        assertThat(measured.counted("interlock.lock.handoffs", "backend", "memory"))
                .isEqualTo(3);
        assertThat(acquired("acquired")).isEqualTo(4);
        assertThat(measured.timed("interlock.lock.hold")).isEqualTo(4);
    }

    /** Grants a lock that is lost by then, or is lost on command. */
    private static final class Losing implements LockBackend, BackendHold {

        private volatile State state = State.HELD;
        private volatile Runnable listener = () -> {};
        private volatile boolean broken;

        void lose(boolean tell) {
            state = State.LOST;
            if (tell) {
                listener.run();
            }
        }

        @Override
        public String name() {
            return "memory";
        }

        @Override
        public Optional<String> problem() {
            return Optional.empty();
        }

        @Override
        public Acquisition acquire(LockRequest request, Deadline deadline) {
            return new Acquisition.Granted(this);
        }

        @Override
        public String describeHolder(LockKey key) {
            return "";
        }

        @Override
        public LockSightings sightings(Collection<LockKey> known) {
            return LockSightings.none();
        }

        @Override
        public State known() {
            return state;
        }

        @Override
        public State verify() {
            return state;
        }

        @Override
        public void onLoss(Runnable told) {
            listener = told;
        }

        @Override
        public OptionalLong drawToken() {
            return OptionalLong.empty();
        }

        @Override
        public CompletableFuture<State> release(Duration keep) {
            return broken
                    ? CompletableFuture.failedFuture(new IllegalStateException("no release"))
                    : CompletableFuture.completedFuture(state);
        }

        @Override
        public String place() {
            return "";
        }
    }

    @Test
    void aLossIsCountedOnceHoweverItIsNoticed() {
        for (boolean told : List.of(true, false)) {
            Losing backend = new Losing();
            LockHandle handle = template(backend).mutex("order", 1).acquire();
            backend.lose(told);
            assertThatThrownBy(handle::close).hasMessageContaining("lost");
        }
        assertThat(measured.counted("interlock.lock.lost", "name", "order", "backend", "memory"))
                .isEqualTo(2);
    }

    /** Backends must not, but the turn may not stay taken if one does. */
    @Test
    void aReleaseThatFailsLeavesTheTurnToTheNext() {
        Losing backend = new Losing();
        backend.broken = true;
        LockTemplate broken = template(backend);
        LockHandle handle = broken.mutex("order", 1).acquire();
        assertThatThrownBy(handle::close).hasRootCauseMessage("no release");
        backend.broken = false;
        broken.mutex("order", 1).waitTime(Duration.ZERO).acquire().close();
    }

    @Test
    void aLockThatIsLostBeforeItsCallerHasItIsAnOutcome() {
        Losing backend = new Losing();
        backend.lose(false);
        LockHandle handle = template(backend).mutex("order", 1).acquire();
        assertThat(acquired("lost")).isOne();
        assertThatThrownBy(handle::close).hasMessageContaining("lost");
    }

    @Test
    void metersAreThoseOfNamesHoweverManyKeysThereAre() {
        observations.bind(new MicrometerSink(measured.registry(), ObservationRegistry.NOOP));
        locks.mutex("order", "first").run(() -> {});
        int few = measured.size();
        for (int i = 0; i < 100_000; i++) {
            locks.mutex("order", i).run(() -> {});
        }
        assertThat(measured.size()).isEqualTo(few);
        assertThat(acquired("acquired")).isEqualTo(100_001);
        observations.unbind();
        locks.mutex("unheard", 1).run(() -> {});
        assertThat(measured.size()).isEqualTo(few);
    }
}
