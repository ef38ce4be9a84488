package dev.interlock.guard;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A call with one value on its way from an outer layer to an inner one. */
record CarryingCall(GuardedCall call, Object owner, Object value) implements GuardedCall {

    @Override
    public Method method() {
        return call.method();
    }

    @Override
    public @Nullable Object target() {
        return call.target();
    }

    @Override
    public @Nullable Object[] arguments() {
        return call.arguments();
    }

    @Override
    public @Nullable Object proceed() throws Throwable {
        return call.proceed();
    }

    @Override
    public @Nullable Object carried(Object asking) {
        return asking == owner ? value : call.carried(asking);
    }
}
