package dev.interlock.fault;

/** What a worker JVM works at: its queues with their handlers. Has a constructor without parameters. */
@FunctionalInterface
interface QueueScene {

    /** Makes the queues; the worker starts them when it is told to. */
    void open(QueueWorker worker);
}
