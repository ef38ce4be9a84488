package dev.interlock.fault;

/** What a worker JVM does with queues. Has a constructor without parameters. */
interface QueueScene {

    /** Makes the queues; the worker starts them when it is told to. */
    void open(QueueWorker worker);

    /** Begins what is not done by handlers. */
    default void start() {}

    /** Ends what {@link #start} began, and waits for its end. */
    default void stop() throws InterruptedException {}
}
