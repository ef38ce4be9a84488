package dev.interlock.guard;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** One call of a guarded method, as the weaving hands it to the pipeline. The only seam between the two. */
public interface GuardedCall {

    /** The method as declared on the target's class. */
    Method method();

    /** The object that the body runs on; {@code null} for a static method. */
    @Nullable
    Object target();

    /** The arguments; not to be changed. */
    @Nullable
    Object[] arguments();

    /** Runs the body. May be called several times, one after the other. */
    @Nullable
    Object proceed() throws Throwable;

    /**
     * The same call, with a value from an outer layer of a guard for its inner layers.
     *
     * @param owner identifies the guard that may take it out again
     */
    default GuardedCall carrying(Object owner, Object value) {
        return new CarryingCall(this, owner, value);
    }

    /** The value that the owner's outer layer handed in, or {@code null}. */
    default @Nullable Object carried(Object owner) {
        return null;
    }
}
