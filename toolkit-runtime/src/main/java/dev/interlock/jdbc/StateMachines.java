package dev.interlock.jdbc;

import java.util.Optional;

/** The state machines that annotations name. Thread-safe. */
public interface StateMachines {

    /** @param name of the bean */
    Optional<StateMachine<?, ?>> find(String name);

    /** What to do where there is none, as a sentence without its full stop. */
    String remedy();
}
