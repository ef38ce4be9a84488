package dev.interlock.idempotency;

import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Idempotent calls in code: the twin of {@code @Idempotent}, with the same records, so that a call in code and one of an
 * annotated method with the same name and key are one call.
 *
 * <pre>{@code
 * Receipt receipt = idempotent.operation("charge", order.id())
 *         .fingerprint(order)
 *         .call(Receipt.class, () -> charge(order));
 * }</pre>
 *
 * <p>By default the record commits with the effects: the body runs in the caller's transaction, or in one that is opened for
 * it. Guarantees and failures are those of the annotation. Thread-safe.
 */
public final class IdempotentTemplate {

    private final KeyNamespace namespace;
    private final IdempotentSpec.Wiring wiring;

    /** @param manager of the primary DataSource's transactions, asked for when a call needs one */
    public IdempotentTemplate(
            KeyNamespace namespace,
            IdempotencySpaces spaces,
            IdempotencyServices services,
            Supplier<PlatformTransactionManager> manager) {
        this.namespace = namespace;
        this.wiring = new IdempotentSpec.Wiring(spaces, services, manager, new Forms());
    }

    /**
     * An operation with a key, to be called with the defaults of the annotation.
     *
     * @param name of low cardinality
     * @param key at least one part, by the rules of the annotation's {@code key}
     * @throws dev.interlock.key.InvalidKeyException if the name or a part is null, blank or of a type that has no canonical
     *     text, or if there is no part
     */
    public IdempotentSpec operation(String name, Object... key) {
        List<LockKey> keys = namespace.keys(name, key);
        if (key.length == 0 || keys.size() > 1) {
            throw new IllegalArgumentException(
                    "Operation '" + name + "' needs one key; give at least one part, none of them a collection");
        }
        return new IdempotentSpec(
                wiring, IdempotencyTerms.DEFAULT.withName(name), keys.get(0), IdempotentSpec.Details.NONE);
    }
}
