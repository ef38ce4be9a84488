package dev.interlock.idempotency;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** The outer layer: replays what is remembered, waits for a call in flight, or lets this one execute. */
final class ReplayStep implements GuardStep.Advice {

    private final IdempotencyDefinition definition;
    private final IdempotentCalls calls;

    ReplayStep(IdempotencyDefinition definition, IdempotentCalls calls) {
        this.definition = definition;
        this.calls = calls;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        @Nullable Object[] arguments = call.arguments();
        return calls.make(new IdempotentCall(
                definition.key().of(arguments),
                definition.fingerprint(arguments),
                definition.key().ofRequest(),
                execution -> next.proceed(new ExecutingCall(call, execution).carrying(definition, execution))));
    }

    /** Tells the execution when its body begins. */
    private record ExecutingCall(GuardedCall call, Execution execution) implements GuardedCall {

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
            execution.begins();
            return call.proceed();
        }

        @Override
        public @Nullable Object carried(Object owner) {
            return call.carried(owner);
        }
    }
}
