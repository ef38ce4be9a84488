package dev.interlock.idempotency;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.ReturnShape;
import dev.interlock.guard.UnavailablePolicy;
import org.jspecify.annotations.Nullable;

/**
 * One {@code @Idempotent}, parsed and checked.
 *
 * @param codec {@code null} where no arguments are compared
 * @param transaction of the bodies, with {@code TRANSACTIONAL}
 * @param unavailable what a duplicate gets that does not wait
 */
record IdempotencyDefinition(
        IdempotencyTerms terms,
        String label,
        KeySource key,
        ComparedArguments compared,
        @Nullable OutcomeCodec codec,
        Outcomes outcomes,
        ReturnShape shape,
        IdempotencySpace space,
        @Nullable MethodTransaction transaction,
        UnavailablePolicy unavailable,
        String description)
        implements GuardDefinition {

    @Override
    public String name() {
        return terms.name();
    }

    @Override
    public boolean needsTransaction() {
        return terms.mode() == IdempotencyMode.TRANSACTIONAL;
    }

    byte[] fingerprint(@Nullable Object[] arguments) {
        @Nullable Object @Nullable [] values = compared.of(arguments);
        return values == null || codec == null ? Fingerprint.NONE : Fingerprint.of(codec, label, values);
    }
}
