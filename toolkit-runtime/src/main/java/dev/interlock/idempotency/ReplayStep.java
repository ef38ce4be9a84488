package dev.interlock.idempotency;

import dev.interlock.guard.ForwardingCall;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
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
    private static final class ExecutingCall extends ForwardingCall {

        private final Execution execution;

        ExecutingCall(GuardedCall call, Execution execution) {
            super(call);
            this.execution = execution;
        }

        @Override
        public @Nullable Object proceed() throws Throwable {
            execution.begins();
            return super.proceed();
        }
    }
}
