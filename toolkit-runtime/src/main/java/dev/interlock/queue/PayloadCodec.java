package dev.interlock.queue;

import java.lang.reflect.Type;

/** Turns payloads into text and back. What the text becomes is decided by the declared type alone. Thread-safe. */
public interface PayloadCodec {

    /** The payloads of one type. */
    interface Form {

        /** @throws RuntimeException if the payload has no text */
        String write(Object payload);

        /** @throws RuntimeException if the text is no payload of the type */
        Object read(String text);
    }

    /**
     * How payloads of the type are written.
     *
     * @throws IllegalArgumentException if they cannot be
     */
    Form form(Type type);
}
