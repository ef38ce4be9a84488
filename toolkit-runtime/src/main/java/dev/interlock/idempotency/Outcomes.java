package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import dev.interlock.idempotency.OutcomeCodec.Form;
import dev.interlock.idempotency.StoredOutcome.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What calls of one operation come to, as it is stored and as it is replayed.
 *
 * <p>The first caller gets what a replay would get, by the same way: its answer is decoded from what is stored. So a replay
 * is equal to it whatever the type's {@code equals}, and no two callers share an object. Thread-safe.
 */
final class Outcomes {

    private final String label;
    private final @Nullable Form form;
    private final @Nullable Object empty;
    private final boolean primitive;
    private final Map<String, Thrown> thrown;
    private final int maxSize;

    /** An exception that counts as an outcome. */
    private record Thrown(Class<? extends Throwable> type, Form form) {}

    /**
     * @param label names the operation in messages
     * @param form of the result; {@code null} if nothing is kept of it
     * @param empty what a replay returns where nothing was kept
     * @param primitive whether {@code null} is no result
     * @param maxSize of an encoded outcome, in bytes
     */
    Outcomes(
            String label,
            @Nullable Form form,
            @Nullable Object empty,
            boolean primitive,
            Map<Class<? extends Throwable>, Form> thrown,
            int maxSize) {
        this.label = label;
        this.form = form;
        this.empty = empty;
        this.primitive = primitive;
        this.thrown = new LinkedHashMap<>();
        thrown.forEach((type, ofType) -> this.thrown.put(type.getName(), new Thrown(type, ofType)));
        this.maxSize = maxSize;
    }

    /** @throws UnstorableOutcomeException if the result cannot be kept */
    StoredOutcome returned(@Nullable Object result) {
        if (form == null) {
            return StoredOutcome.withoutBody(Kind.NOT_STORED);
        }
        byte[] body;
        try {
            body = form.encode(result);
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            throw new UnstorableOutcomeException(
                    label + " returned what cannot be written as JSON: " + describe(failure)
                            + "; return a type that can, or set storeOutcome = false",
                    failure);
        }
        if (body.length > maxSize) {
            throw new UnstorableOutcomeException(
                    label + " returned " + body.length + " bytes of JSON, more than the " + maxSize
                            + " of interlock.idempotency.max-outcome-size; return less, raise the property, or set"
                            + " storeOutcome = false",
                    null);
        }
        return StoredOutcome.returned(body);
    }

    /** What the first caller gets for a result that was kept like this. */
    @Nullable
    Object firstAnswer(@Nullable Object result, StoredOutcome stored) {
        if (form == null) {
            return result;
        }
        try {
            return form.decode(stored.body());
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            throw new UnstorableOutcomeException(
                    label + " returned what does not read back from its JSON as the declared type: " + describe(failure)
                            + "; return a type that does, or set storeOutcome = false",
                    failure);
        }
    }

    /** @return empty if the failure is no outcome, or none that could be replayed */
    Optional<StoredOutcome> thrown(Throwable failure) {
        Thrown declared = failure instanceof InterlockException ? null : declaredFor(failure.getClass());
        if (declared == null) {
            return Optional.empty();
        }
        try {
            byte[] body = declared.form.encode(failure);
            if (body.length > maxSize) {
                throw new IllegalArgumentException(body.length + " bytes of JSON are more than " + maxSize);
            }
            decode(declared, body);
            return Optional.of(StoredOutcome.thrown(declared.type.getName(), body));
        } catch (RuntimeException | LinkageError | StackOverflowError unstorable) {
            failure.addSuppressed(new UnstorableOutcomeException(
                    label + " threw " + failure.getClass().getName()
                            + ", named in replayFor, which does not read back from" + " its JSON: "
                            + describe(unstorable) + "; it is not remembered",
                    unstorable));
            return Optional.empty();
        }
    }

    /** The exception's own type if it is named, else the nearest one above it. */
    private @Nullable Thrown declaredFor(Class<?> type) {
        for (Class<?> level = type; level != null; level = level.getSuperclass()) {
            Thrown declared = thrown.get(level.getName());
            if (declared != null) {
                return declared;
            }
        }
        return null;
    }

    private static Throwable decode(Thrown declared, byte[] body) {
        Object decoded = declared.form.decode(body);
        if (decoded == null) {
            throw new IllegalArgumentException("it reads as null");
        }
        return declared.type.cast(decoded);
    }

    /**
     * The outcome once more.
     *
     * @throws Throwable if that is the outcome
     * @throws StoredOutcomeException if the record does not tell
     */
    @Nullable
    Object replay(RecordKey key, StoredOutcome stored) throws Throwable {
        if (stored.format() != StoredOutcome.FORMAT) {
            throw unreadable(
                    key, "has format " + stored.format() + ", this version reads " + StoredOutcome.FORMAT, null);
        }
        return switch (stored.kind()) {
            case RETURNED -> value(key, stored);
            case THROWN -> throw rethrown(key, stored);
            case NOT_STORED -> nothing(key);
            case UNREADABLE -> throw unreadable(key, "is of no known kind", null);
            case UNSTORABLE ->
                throw new UnstorableOutcomeException(
                        "The call of " + key + " has been executed, but what it returned could not be kept", null);
        };
    }

    private @Nullable Object value(RecordKey key, StoredOutcome stored) {
        if (form == null) {
            return nothing(key);
        }
        Object value;
        try {
            value = form.decode(stored.body());
        } catch (RuntimeException failure) {
            throw unreadable(key, "is no value of the type that " + label + " declares", failure);
        }
        return value == null ? nothing(key) : value;
    }

    private @Nullable Object nothing(RecordKey key) {
        if (primitive) {
            throw unreadable(key, "has no value, but " + label + " returns a primitive type", null);
        }
        return empty;
    }

    private Throwable rethrown(RecordKey key, StoredOutcome stored) {
        Thrown declared = thrown.get(String.valueOf(stored.thrown()));
        if (declared == null) {
            return unreadable(key, "is an exception that " + label + " does not name in replayFor", null);
        }
        try {
            return decode(declared, stored.body());
        } catch (RuntimeException failure) {
            return unreadable(key, "is no " + declared.type.getName(), failure);
        }
    }

    private static StoredOutcomeException unreadable(RecordKey key, String fault, @Nullable Throwable cause) {
        return new StoredOutcomeException(
                "The recorded outcome of " + key + " " + fault
                        + "; nothing was executed. Deploy the version that wrote it, or remove the record",
                cause);
    }

    /** The kind of failure alone: its message may quote the value. */
    private static String describe(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
