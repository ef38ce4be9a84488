package dev.interlock.queue;

/** How far a submission has come. */
public enum SubmissionState {
    /** Its turn has not come, or it is being dealt with. */
    WAITING,
    /** It has used up its attempts, and its key stands still ({@link OnHeadFailure#BLOCK}). */
    BLOCKED,
    DONE,
    /** It failed and was left out. */
    SKIPPED,
    /** It failed and was put aside as a dead letter. */
    DEAD
}
