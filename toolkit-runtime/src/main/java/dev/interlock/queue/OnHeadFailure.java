package dev.interlock.queue;

/** What becomes of a key when its first submission has used up its attempts. Other keys never wait for it. */
public enum OnHeadFailure {
    /** The key stands still until somebody has it tried again or skipped: nothing after it may happen without it. */
    BLOCK,
    /** It is left out, and the key goes on. */
    SKIP,
    /** It is put aside as a dead letter that can be driven again, at the end of its key, and the key goes on. */
    DEAD_LETTER
}
