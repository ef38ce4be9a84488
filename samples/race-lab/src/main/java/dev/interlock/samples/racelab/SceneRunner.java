package dev.interlock.samples.racelab;

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

    private final Crowd crowd;
    private final AtomicReference<Thread> active = new AtomicReference<>();
    private final ReentrantLock oneAtATime = new ReentrantLock();

    @Autowired
    SceneRunner() {
        this(Crowd.STANDARD);
    }

    SceneRunner(Crowd crowd) {
        this.crowd = crowd;
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
        List<Sample> samples = crowd.perform(scene.pace(), action);
        return new Round(samples, scene.violations(Round.answers(samples)));
    }

    private static String line(Scene scene, String arm, int number, Round round) {
        return scene.name() + ", " + arm + ", round " + number + ": "
                + round.outcomes(Outcome.Acknowledged.class).count() + " of "
                + round.samples().size() + " calls acknowledged, " + round.violationCount() + " violations";
    }
}
