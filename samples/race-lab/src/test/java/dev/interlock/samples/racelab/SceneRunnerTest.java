package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.interlock.test.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.StaticApplicationContext;

@Timeout(60)
class SceneRunnerTest {

    private final SceneRunner runner =
            new SceneRunner(callers -> Race.callers(2).callsEach(2));
    private final List<String> progress = new ArrayList<>();

    @Test
    void unguardedArmEndsWithItsFirstViolation() throws InterruptedException {
        FakeScene scene = new FakeScene("late", round -> round == 5 ? 9 : 0, 0, FakeScene.SUCCEEDS);

        SceneResult result = runner.run(scene, Extent.USUAL, this::note);

        assertThat(scene.unguardedRounds()).isEqualTo(5);
        assertThat(result.unguarded().violations()).isEqualTo(9);
    }

    @Test
    void guardedArmHasNoFewerRoundsThanTheUnguarded() throws InterruptedException {
        FakeScene scene = new FakeScene("late", round -> round == 5 ? 9 : 0, 0, FakeScene.SUCCEEDS);

        runner.run(scene, Extent.USUAL, this::note);

        assertThat(scene.guardedRounds()).isEqualTo(5);
    }

    @Test
    void unguardedArmGivesUpAfterTwentyRounds() throws InterruptedException {
        FakeScene scene = new FakeScene("never", round -> 0, 0, FakeScene.SUCCEEDS);

        SceneResult result = runner.run(scene, Extent.USUAL, this::note);

        assertThat(scene.unguardedRounds()).isEqualTo(20);
        assertThat(result.shortcomings()).containsExactly("the unguarded arm showed no violation in 20 rounds");
    }

    @Test
    void bothArmsHaveTheRoundsThatWereChosen() throws InterruptedException {
        FakeScene scene = FakeScene.asExpected("fine");

        runner.run(scene, new Extent(2, OptionalInt.of(4)), this::note);

        assertThat(scene.unguardedRounds()).isEqualTo(4);
        assertThat(scene.guardedRounds()).isEqualTo(4);
    }

    @Test
    void raceThatHasNotShownGetsMoreRoundsThanWereChosen() throws InterruptedException {
        FakeScene scene = new FakeScene("late", round -> round == 5 ? 9 : 0, 0, FakeScene.SUCCEEDS);
        List<Integer> planned = new ArrayList<>();

        runner.run(scene, new Extent(2, OptionalInt.of(3)), ended -> planned.add(ended.planned()));

        assertThat(planned).containsExactly(3, 3, 4, 5, 5, 5, 5, 5, 5, 5);
    }

    @Test
    void callersAreAsManyAsWereChosen() throws InterruptedException {
        SceneRunner chosen = new SceneRunner(callers -> Race.callers(callers).callsEach(3));

        SceneResult result = chosen.run(FakeScene.asExpected("fine"), new Extent(7, OptionalInt.of(1)), this::note);

        assertThat(result.guarded().calls()).isEqualTo(7 * 3);
    }

    @Test
    void everyRoundIsTold() throws InterruptedException {
        runner.run(FakeScene.asExpected("fine"), Extent.USUAL, this::note);

        assertThat(progress)
                .containsExactly(
                        "fine, unguarded, round 1: 4 of 4 calls acknowledged, 3 violations",
                        "fine, guarded, round 1: 4 of 4 calls acknowledged, 0 violations",
                        "fine, guarded, round 2: 4 of 4 calls acknowledged, 0 violations",
                        "fine, guarded, round 3: 4 of 4 calls acknowledged, 0 violations");
    }

    @Test
    void callThatThrowsCountsAndItsCallerGoesOn() throws InterruptedException {
        FakeScene refused = new FakeScene("refused", round -> 1, 0, caller -> {
            throw new IllegalArgumentException("no");
        });

        SceneResult result = runner.run(refused, Extent.USUAL, this::note);

        assertThat(result.guarded().failed()).isEqualTo(12);
        assertThat(result.guarded().troubles()).containsExactly("java.lang.IllegalArgumentException: no");
    }

    @Test
    void callsThatDoNotEndAreInterruptedAndTold() {
        CountDownLatch interrupted = new CountDownLatch(2);
        SceneRunner hasty = new SceneRunner(callers -> Race.callers(2).timeout(Duration.ofMillis(200)));
        FakeScene stuck = new FakeScene("stuck", round -> 1, 0, caller -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                Thread.currentThread().interrupt();
            }
            return 1;
        });

        assertThatIllegalStateException()
                .isThrownBy(() -> hasty.run(stuck, Extent.USUAL, this::note))
                .withMessageContaining("2 of 2 callers were still running");
        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void callerThatBreaksDownIsTold() {
        FakeScene broken = new FakeScene("broken", round -> 1, 0, caller -> {
            throw new StackOverflowError();
        });

        assertThatIllegalStateException()
                .isThrownBy(() -> runner.run(broken, Extent.USUAL, this::note))
                .withMessage("A caller broke down: java.lang.StackOverflowError");
    }

    @Test
    void endOfTheContextEndsTheRunAndWaitsForItsCallers() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean callerLeft = new AtomicBoolean();
        FakeScene stuck = new FakeScene("stuck", round -> 1, 0, caller -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                callerLeft.set(true);
                Thread.currentThread().interrupt();
            }
            return 1;
        });
        FutureTask<SceneResult> run = new FutureTask<>(() -> runner.run(stuck, Extent.USUAL, this::note));
        new Thread(run).start();
        running.await();

        runner.onApplicationEvent(new ContextClosedEvent(new StaticApplicationContext()));

        assertThat(callerLeft).isTrue();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> run.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void runsDoNotOverlap() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        SceneRunner single = new SceneRunner(callers -> Race.callers(1).callsEach(50));
        FakeScene scene = new FakeScene("a", round -> 1, 0, caller -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            return inside.decrementAndGet();
        });
        List<FutureTask<SceneResult>> runs = Stream.generate(
                        () -> new FutureTask<>(() -> single.run(scene, Extent.USUAL, ended -> {})))
                .limit(4)
                .toList();

        runs.forEach(run -> new Thread(run).start());
        for (FutureTask<SceneResult> run : runs) {
            run.get(30, TimeUnit.SECONDS);
        }

        assertThat(most).hasValue(1);
    }

    private void note(RoundEnded ended) {
        progress.add(ended.toString());
    }
}
