package dev.interlock.postgres;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/** Objects of the toolkit are missing in the database and could not be created. Thrown at start-up. */
public final class SchemaException extends InterlockException {

    SchemaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
