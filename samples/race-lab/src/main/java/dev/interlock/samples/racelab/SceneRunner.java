package dev.interlock.samples.racelab;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.test.RaceRound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.stereotype.Component;

/** Runs both arms of a scene on the real server, the unguarded one until it shows the race. */
@Component
class SceneRunner implements ApplicationListener<ContextClosedEvent> {

    private static final int UNGUARDED_ROUNDS_AT_MOST = 20;
    private static final int GOODBYE_SECONDS = 10;

    /** Its time-out exceeds every wait time of the scenes, so a call ends by its own rules first. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final int CALLS_EACH = 5;

    private final IntFunction<Race> races;
    private final AtomicReference<Thread> active = new AtomicReference<>();
    private final ReentrantLock oneAtATime = new ReentrantLock();

    @Autowired
    SceneRunner() {
        this(callers -> Race.callers(callers).callsEach(CALLS_EACH).timeout(TIMEOUT));
    }

    /** @param races the race of a number of callers */
    SceneRunner(IntFunction<Race> races) {
        this.races = races;
    }

    /** Tells the progress after each round. A second caller waits, since two runs would disturb each other's figures. */
    SceneResult run(Scene scene, Extent extent, Consumer<? super RoundEnded> progress) throws InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            active.set(Thread.currentThread());
            return bothArms(scene, extent, progress);
        } finally {
            active.set(null);
            oneAtATime.unlock();
        }
    }

    /** Ends a run before the pool and the servers go away under its callers. */
    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        Thread thread = active.get();
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            if (oneAtATime.tryLock(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
                oneAtATime.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SceneResult bothArms(Scene scene, Extent extent, Consumer<? super RoundEnded> progress)
            throws InterruptedException {
        Race race = races.apply(extent.callers());
        List<Round> unguarded = rounds(scene, Arm.UNGUARDED, race, done -> untilShown(extent, done), progress);
        // A race that took n rounds to show is not refuted by fewer.
        int enough = Math.max(extent.guardedRounds(), unguarded.size());
        List<Round> guarded = rounds(scene, Arm.GUARDED, race, done -> enough, progress);
        return new SceneResult(scene.name(), ArmResult.of(unguarded), ArmResult.of(guarded));
    }

    private static int untilShown(Extent extent, List<Round> done) {
        boolean shown = done.stream().anyMatch(round -> round.violationCount() > 0);
        int planned = shown ? done.size() : Math.min(done.size() + 1, UNGUARDED_ROUNDS_AT_MOST);
        return Math.max(extent.unguardedRounds(), planned);
    }

    private static List<Round> rounds(
            Scene scene, Arm arm, Race race, ToIntFunction<List<Round>> planned, Consumer<? super RoundEnded> progress)
            throws InterruptedException {
        List<Round> done = new ArrayList<>();
        while (done.size() < planned.applyAsInt(done)) {
            Round round = round(scene, arm, race);
            done.add(round);
            progress.accept(new RoundEnded(scene.name(), arm, done.size(), planned.applyAsInt(done), round));
        }
        return done;
    }

    private static Round round(Scene scene, Arm arm, Race race) throws InterruptedException {
        Action action = arm.of(scene);
        scene.reset();
        RaceRound<Long> calls = calls(scene.pace().of(race), action);
        scene.settle();
        return new Round(calls, scene.violations(Round.answers(calls)));
    }

    /** Calls that did not end or that broke down say nothing about the guard. */
    private static RaceRound<Long> calls(Race race, Action action) throws InterruptedException {
        RaceResult<Long> result;
        try {
            result = race.run(caller -> action.perform(caller.number()));
        } catch (AssertionError stuck) {
            throw new IllegalStateException(stuck.getMessage(), stuck);
        }
        for (Error error : result.failures(Error.class)) {
            throw new IllegalStateException("A caller broke down: " + error, error);
        }
        return result.rounds().get(0);
    }
}
