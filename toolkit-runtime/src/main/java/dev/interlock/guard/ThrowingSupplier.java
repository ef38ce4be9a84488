package dev.interlock.guard;

import org.jspecify.annotations.Nullable;

/**
 * A body with a result, for the templates.
 *
 * @param <E> the checked exception it may throw; {@code RuntimeException} for none
 */
@FunctionalInterface
public interface ThrowingSupplier<T extends @Nullable Object, E extends Exception> {

    T get() throws E;
}
