package dev.interlock.queue;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The payloads of one queue: a closed set of kinds, each the simple name of a class, so that no type ever comes from storage.
 * Immutable and thread-safe.
 */
final class Payloads<T> {

    /** The same everywhere, or what one node enqueues another could not take. */
    static final int LARGEST = 1 << 20;

    private final String queue;
    private final Class<T> type;
    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private record Kind(Class<?> type, PayloadCodec.Form form) {}

    /** A payload as it is stored. */
    record Stored(String kind, String text) {}

    private Payloads(String queue, Class<T> type) {
        this.queue = queue;
        this.type = type;
    }

    /** @throws IllegalArgumentException if payloads of the type cannot be told apart or written */
    static <T> Payloads<T> of(String queue, Class<T> type, PayloadCodec codec) {
        Payloads<T> payloads = new Payloads<>(queue, type);
        payloads.add(type, codec);
        return payloads;
    }

    private void add(Class<?> one, PayloadCodec codec) {
        if (one.isSealed()) {
            for (Class<?> permitted : one.getPermittedSubclasses()) {
                add(permitted, codec);
            }
            return;
        }
        if (one.isInterface() || one.isPrimitive() || one.isArray() || one == Object.class) {
            throw new IllegalArgumentException("Queue '" + queue + "': " + one.getTypeName()
                    + " does not tell what a payload" + " is; make it a record, or a sealed interface of records");
        }
        Kind former = kinds.put(one.getSimpleName(), new Kind(one, codec.form(one)));
        if (former != null) {
            throw new IllegalArgumentException(
                    "Queue '" + queue + "': both " + former.type.getName() + " and " + one.getName()
                            + " are of the kind '" + one.getSimpleName() + "'; give them different simple names");
        }
    }

    Class<T> type() {
        return type;
    }

    /** @throws InvalidPayloadException if it cannot be enqueued */
    Stored write(T payload) {
        Kind kind = kinds.get(payload.getClass().getSimpleName());
        if (kind == null || kind.type != payload.getClass()) {
            throw new InvalidPayloadException(
                    "Queue '" + queue + "' takes payloads of the kinds " + names() + ", and "
                            + payload.getClass().getName() + " is none of them",
                    null);
        }
        String text;
        try {
            text = kind.form.write(payload);
        } catch (RuntimeException unwritable) {
            throw new InvalidPayloadException(
                    "A payload of queue '" + queue + "' (" + payload.getClass().getName()
                            + ") cannot be written as JSON; nothing was enqueued",
                    unwritable);
        }
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        if (size > LARGEST) {
            throw new InvalidPayloadException(
                    "A payload of queue '" + queue + "' has " + size + " bytes as JSON, and " + LARGEST
                            + " are the most; nothing was enqueued. Store what is large elsewhere, and enqueue where it is",
                    null);
        }
        return new Stored(payload.getClass().getSimpleName(), text);
    }

    /**
     * The payload that was stored.
     *
     * @throws UnreadablePayloadException if it is none of this queue, as one of another version of the application
     */
    T read(String kind, String text) {
        Kind known = kinds.get(kind);
        if (known == null) {
            throw new UnreadablePayloadException("no handler is known for the kind '" + kind
                    + "' of payload; this version of" + " the application knows " + names());
        }
        try {
            return type.cast(known.form.read(text));
        } catch (RuntimeException unreadable) {
            // Messages of readers quote what they could not read, and this one is written to the log.
            throw new UnreadablePayloadException("the payload is not readable as " + known.type.getName() + ": "
                    + unreadable.getClass().getName());
        }
    }

    private String names() {
        return String.join(", ", new TreeSet<>(kinds.keySet()));
    }
}
