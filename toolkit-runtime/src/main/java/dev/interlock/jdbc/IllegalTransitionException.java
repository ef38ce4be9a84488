package dev.interlock.jdbc;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.GuardUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * A state machine does not allow the event in the state that the row is in, so nothing was changed and, under
 * {@code @StateTransition}, the body did not run. Never retried.
 */
public final class IllegalTransitionException extends GuardUnavailableException {

    private static final long serialVersionUID = 1;

    private final String event;
    private final String currentState;

    IllegalTransitionException(@Nullable GuardDefinition refusedBy, String message, String event, String currentState) {
        super(refusedBy, message, null);
        this.event = event;
        this.currentState = currentState;
    }

    /** Name of the event. */
    public String event() {
        return event;
    }

    /** Name of the state that the row was in. */
    public String currentState() {
        return currentState;
    }
}
