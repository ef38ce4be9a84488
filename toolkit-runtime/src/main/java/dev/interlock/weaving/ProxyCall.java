package dev.interlock.weaving;

import dev.interlock.guard.GuardedCall;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/**
 * A call through a proxy.
 *
 * @param repeats whether it may proceed more than once; an invocation is used up by proceeding, so each run needs a clone
 */
record ProxyCall(ProxyMethodInvocation invocation, boolean repeats) implements GuardedCall {

    @Override
    public Method method() {
        return invocation.getMethod();
    }

    @Override
    public @Nullable Object target() {
        return invocation.getThis();
    }

    @Override
    public @Nullable Object[] arguments() {
        return invocation.getArguments();
    }

    @Override
    public @Nullable Object proceed() throws Throwable {
        return repeats ? invocation.invocableClone().proceed() : invocation.proceed();
    }
}
