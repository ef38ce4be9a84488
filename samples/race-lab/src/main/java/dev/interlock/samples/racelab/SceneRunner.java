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
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.stereotype.Component;

/** Runs both arms of a scene on the real server, the unguarded one until it shows the race. */
@Component
class SceneRunner implements ApplicationListener<ContextClosedEvent> {

    private static final int UNGUARDED_ROUNDS_AT_MOST = 20;
    private static final int GUARDED_ROUNDS_AT_LEAST = 3;
    private static final int GOODBYE_SECONDS = 10;

    /** Its time-out exceeds every wait time of the scenes, so a call ends by its own rules first. */
    private static final Race STANDARD = Race.callers(64).callsEach(5).timeout(Duration.ofMinutes(2));

    private final Race race;
    private final AtomicReference<Thread> active = new AtomicReference<>();
    private final ReentrantLock oneAtATime = new ReentrantLock();

    @Autowired
    SceneRunner() {
        this(STANDARD);
    }

    SceneRunner(Race race) {
        this.race = race;
    }

    /** Tells one line of progress after each round. A second caller waits, since two runs would disturb each other's figures. */
    SceneResult run(Scene scene, Consumer<String> progress) throws InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            active.set(Thread.currentThread());
            return bothArms(scene, progress);
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

    private SceneResult bothArms(Scene scene, Consumer<String> progress) throws InterruptedException {
        List<Round> unguarded = new ArrayList<>();
        boolean shown = false;
        while (!shown && unguarded.size() < UNGUARDED_ROUNDS_AT_MOST) {
            Round round = round(scene, scene.unguarded());
            unguarded.add(round);
            shown = round.violationCount() > 0;
            progress.accept(line(scene, "unguarded", unguarded.size(), round));
        }
        // A race that took n rounds to show is not refuted by fewer.
        int rounds = Math.max(GUARDED_ROUNDS_AT_LEAST, unguarded.size());
        List<Round> guarded = new ArrayList<>();
        while (guarded.size() < rounds) {
            Round round = round(scene, scene.guarded());
            guarded.add(round);
            progress.accept(line(scene, "guarded", guarded.size(), round));
        }
        return new SceneResult(scene.name(), ArmResult.of(unguarded), ArmResult.of(guarded));
    }

    private Round round(Scene scene, Action action) throws InterruptedException {
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

    private static String line(Scene scene, String arm, int number, Round round) {
        return scene.name() + ", " + arm + ", round " + number + ": "
                + round.outcomes(Outcome.Acknowledged.class).count() + " of "
                + round.calls().outcomes().size() + " calls acknowledged, " + round.violationCount() + " violations";
    }
}
