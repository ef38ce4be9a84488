package dev.interlock.samples.racelab;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One run asked for on the page, as far as it has come. */
final class Run {

    /** What the page gets to see. */
    record View(String id, String scene, List<String> progress, RunState outcome) {}

    private final String id;
    private final String scene;
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private volatile RunState outcome = new RunState.Running();

    Run(String id, String scene) {
        this.id = id;
        this.scene = scene;
    }

    String id() {
        return id;
    }

    String scene() {
        return scene;
    }

    void tell(String line) {
        progress.add(line);
    }

    void end(RunState outcome) {
        this.outcome = outcome;
    }

    View view() {
        // Read first, so that an ended run is never shown without its last line.
        RunState now = outcome;
        return new View(id, scene, List.copyOf(progress), now);
    }
}
