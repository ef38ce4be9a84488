package dev.interlock.weaving;

import dev.interlock.guard.GuardedCall;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A call of a method that the aspect is woven into. */
record WovenCall(
        Method method, @Nullable Object target, @Nullable Object[] arguments, AspectBinding.Body body)
        implements GuardedCall {

    @Override
    public @Nullable Object proceed() throws Throwable {
        return body.proceed();
    }
}
