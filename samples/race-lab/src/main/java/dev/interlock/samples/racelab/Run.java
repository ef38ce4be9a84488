package dev.interlock.samples.racelab;

import java.util.ArrayList;
import java.util.List;

/**
 * One run asked for on the page, as far as it has come.
 *
 * <p><b>Concurrency.</b> Only the thread that performs the run changes it; each change publishes a new immutable view, so whoever
 * reads never sees an ended run without its last round.
 */
final class Run {

    /** What the page gets to see. */
    record View(
            String id,
            String scene,
            List<String> progress,
            RunState outcome,
            int callers,
            ArmView unguarded,
            ArmView guarded) {

        private View with(RoundEnded ended) {
            return new View(
                    id,
                    scene,
                    plus(progress, ended.toString()),
                    outcome,
                    callers,
                    ended.arm() == Arm.UNGUARDED ? unguarded.with(ended) : unguarded,
                    ended.arm() == Arm.GUARDED ? guarded.with(ended) : guarded);
        }

        private View with(RunState end) {
            return new View(id, scene, progress, end, callers, unguarded, guarded);
        }
    }

    /** @param planned how many rounds the arm is to have by now */
    record ArmView(int planned, List<RoundFigures> rounds) {

        private ArmView with(RoundEnded ended) {
            return new ArmView(ended.planned(), plus(rounds, RoundFigures.of(ended)));
        }
    }

    private volatile View view;

    Run(String id, String scene, Extent extent) {
        this.view = new View(
                id,
                scene,
                List.of(),
                new RunState.Running(),
                extent.callers(),
                new ArmView(extent.unguardedRounds(), List.of()),
                new ArmView(extent.guardedRounds(), List.of()));
    }

    String id() {
        return view.id();
    }

    String scene() {
        return view.scene();
    }

    void tell(RoundEnded ended) {
        view = view.with(ended);
    }

    void end(RunState outcome) {
        view = view.with(outcome);
    }

    View view() {
        return view;
    }

    private static <T> List<T> plus(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list);
        longer.add(element);
        return List.copyOf(longer);
    }
}
