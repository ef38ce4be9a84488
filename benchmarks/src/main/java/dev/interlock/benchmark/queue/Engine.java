package dev.interlock.benchmark.queue;

import java.util.List;

/** A queue of notes that is worked by this process from start to stop. Thread-safe, but for start and stop. */
interface Engine extends AutoCloseable {

    void start();

    /** Ends the work. Thereafter it can be started again. */
    void stop();

    /** Enqueues all in one transaction. */
    void enqueue(List<Note> notes);

    /** The same by something that is not worked here, as another process would do it. */
    void enqueueElsewhere(List<Note> notes);

    /** The table of its jobs, which has a row for each one that is not done. */
    String table();

    Effects.Promise promise();

    @Override
    void close();
}
