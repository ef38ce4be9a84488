package dev.interlock.queue;

/** What a node has claimed of a queue, and how to do it. Done at most once, by one thread. */
interface Unit {

    Claim claim();

    /** Does it, to whatever end, and records that; never throws. May be called while the thread is interrupted. */
    void run();

    /** The claim is known to be lost. Called by another thread, before or while it is done. */
    void lost();

    /** Nothing more is to be begun: what has several parts ends after the one at hand. Called by another thread. */
    void stopSoon();

    /** The application ends and waits no longer: what fails from now on is given back without a loss of attempts. */
    void ending();
}
