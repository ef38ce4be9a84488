package dev.interlock.benchmark.contest;

/** One way to hold a lock while something runs. Thread-safe. */
@FunctionalInterface
public interface Arm extends AutoCloseable {

    /**
     * Takes the lock of the key, runs the body once on this thread, and releases the lock. An arm that skips instead of waiting
     * returns without having run the body.
     */
    void call(long key, Runnable body) throws Exception;

    @Override
    default void close() {}

    /** The same arm, which closes what it was built on. */
    static Arm closing(AutoCloseable resource, Arm arm) {
        return new Arm() {
            @Override
            public void call(long key, Runnable body) throws Exception {
                arm.call(key, body);
            }

            @Override
            public void close() {
                arm.close();
                try {
                    resource.close();
                } catch (Exception failure) {
                    throw new IllegalStateException("an arm did not close", failure);
                }
            }
        };
    }
}
