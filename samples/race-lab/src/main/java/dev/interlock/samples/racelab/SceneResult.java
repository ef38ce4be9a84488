package dev.interlock.samples.racelab;

import java.util.ArrayList;
import java.util.List;

/** Both arms of a scene side by side. */
record SceneResult(String scene, ArmResult unguarded, ArmResult guarded) {

    private static final int PERCENT_TO_SUCCEED = 90;

    /** What the scene was expected to show and did not; empty if all is well. */
    List<String> shortcomings() {
        List<String> found = new ArrayList<>();
        if (unguarded.violations() == 0) {
            found.add("the unguarded arm showed no violation in " + unguarded.rounds() + " rounds");
        }
        if (guarded.violations() > 0) {
            found.add("the guarded arm shows " + guarded.violations() + " violations: "
                    + String.join("; ", guarded.findings()));
        }
        if (guarded.calls() == 0 || guarded.acknowledged() * 100 < guarded.calls() * PERCENT_TO_SUCCEED) {
            found.add("only " + guarded.acknowledged() + " of " + guarded.calls() + " guarded calls succeeded ("
                    + guarded.refused() + " refused, " + guarded.failed() + " failed), fewer than " + PERCENT_TO_SUCCEED
                    + " %: " + String.join("; ", guarded.troubles()));
        }
        return found;
    }
}
