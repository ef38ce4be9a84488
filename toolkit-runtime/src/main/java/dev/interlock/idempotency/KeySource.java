package dev.interlock.idempotency;

import dev.interlock.key.KeyExpression;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import org.jspecify.annotations.Nullable;

/** Where the calls of one method get their key from. Thread-safe. */
sealed interface KeySource {

    /** @throws dev.interlock.InterlockException if the call has no key */
    RecordKey of(@Nullable Object[] arguments);

    /** Whether keys come with requests. */
    boolean ofRequest();

    /** The annotation's {@code key}. */
    record OfArguments(KeyExpression expression, @Nullable PrincipalResolver callers) implements KeySource {

        @Override
        public RecordKey of(@Nullable Object[] arguments) {
            return scoped(expression.evaluate(arguments), callers);
        }

        @Override
        public boolean ofRequest() {
            return false;
        }

        @Override
        public String toString() {
            return "key=" + expression + scopeText(callers);
        }
    }

    /** The header of the present request. */
    record OfRequest(
            KeyNamespace namespace,
            String name,
            RequestKeys requests,
            @Nullable PrincipalResolver callers) implements KeySource {

        @Override
        public RecordKey of(@Nullable Object[] arguments) {
            if (Execution.usesRequestKey()) {
                throw new MissingIdempotencyKeyException(
                        "The idempotent call '" + name
                                + "' has no key: that of the request belongs to the call around it; give this one a key of its own");
            }
            String key = requests.key()
                    .orElseThrow(() -> new MissingIdempotencyKeyException("The idempotent call '" + name
                            + "' needs an Idempotency-Key header, and the request has none; send one that is unique for each"
                            + " operation, and the same in each repetition"));
            return scoped(namespace.key(name, key), callers);
        }

        @Override
        public boolean ofRequest() {
            return true;
        }

        @Override
        public String toString() {
            return "key=Idempotency-Key" + scopeText(callers);
        }
    }

    private static RecordKey scoped(LockKey key, @Nullable PrincipalResolver callers) {
        if (callers == null) {
            return RecordKey.shared(key);
        }
        String caller = callers.principal()
                .orElseThrow(() -> new MissingPrincipalException("The key of the idempotent call '" + key.name()
                        + "' belongs to its caller, and the caller is not authenticated; authenticate it, or use"
                        + " scope = SHARED"));
        return RecordKey.ofCaller(key, caller);
    }

    private static String scopeText(@Nullable PrincipalResolver callers) {
        return callers == null ? " SHARED" : " CALLER";
    }
}
