package dev.interlock.annotation;

/** Whether holders of one key exclude each other. */
public enum LockMode {

    /** One holder at a time. */
    EXCLUSIVE,

    /** Any number of shared holders at a time, none while an exclusive one holds. */
    SHARED
}
