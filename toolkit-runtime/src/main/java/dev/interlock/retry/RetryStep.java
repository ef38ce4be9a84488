package dev.interlock.retry;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.UnavailablePolicy;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs everything further in afresh on each attempt. */
final class RetryStep implements GuardStep.Advice {

    private final RetryDefinition definition;
    private final RetryEngine engine;
    private final UnaryOperator<Throwable> whenUsedUp;

    RetryStep(RetryDefinition definition, RetryEngine engine) {
        this.definition = definition;
        this.engine = engine;
        this.whenUsedUp = definition.unavailable() instanceof UnavailablePolicy.Raise
                ? UnaryOperator.identity()
                : conflict -> new RetriesUsedUpException(definition, conflict);
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        if (RetryEngine.isLeftToOthers()) {
            return next.proceed(call);
        }
        Attempts attempts = new Attempts(definition.terms(), engine, whenUsedUp) {
            @Override
            public @Nullable Object run() throws Throwable {
                return next.proceed(call);
            }
        };
        return engine.run(attempts, definition.lock(), call.arguments());
    }
}
