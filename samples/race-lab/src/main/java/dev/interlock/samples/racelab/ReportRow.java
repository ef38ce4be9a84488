package dev.interlock.samples.racelab;

/** One scene in the table and in the file; the component names are the file's format. */
record ReportRow(
        String scene, long unguardedViolations, long guardedViolations, double guardedOpsPerSecond, double p99Millis) {

    static ReportRow of(SceneResult result) {
        return new ReportRow(
                result.scene(),
                result.unguarded().violations(),
                result.guarded().violations(),
                result.guarded().opsPerSecond(),
                result.guarded().p99Millis());
    }
}
