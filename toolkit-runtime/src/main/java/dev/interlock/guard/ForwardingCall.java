package dev.interlock.guard;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A call as a layer hands it on: the same in everything that the layer does not change. */
public abstract class ForwardingCall implements GuardedCall {

    private final GuardedCall call;

    protected ForwardingCall(GuardedCall call) {
        this.call = call;
    }

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
    public @Nullable Object carried(Object owner) {
        return call.carried(owner);
    }
}
