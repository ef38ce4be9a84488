package dev.interlock.guard;

/**
 * A body without a result, for the templates.
 *
 * @param <E> the checked exception it may throw; {@code RuntimeException} for none
 */
@FunctionalInterface
public interface ThrowingRunnable<E extends Exception> {

    void run() throws E;
}
