package dev.interlock.jdbc;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.ArgumentValues;

/** {@code @StateTransition} of one method, parsed and checked. */
record StateTransitionDefinition(
        String name, Event event, ArgumentValues key, UnavailablePolicy unavailable, String description)
        implements GuardDefinition {

    /** An event of a machine, whatever its types are. */
    @FunctionalInterface
    interface Event {

        /** @throws IllegalTransitionException if the row's state does not allow it */
        void fire(Object key, GuardDefinition refusedBy);
    }

    /** A state must not change without what the body does about it. */
    @Override
    public boolean rollsBackOnFailure() {
        return true;
    }
}
