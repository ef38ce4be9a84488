package dev.interlock.guard;

/** One guard annotation of one method, parsed and checked once. Implementations are immutable and carry no behaviour. */
public interface GuardDefinition {

    /** Name of the guard, of low cardinality. */
    String name();

    /** What the call does when this guard refuses it. */
    UnavailablePolicy unavailable();

    /** Whether each run of the body is to be one transaction, although no step of this guard stands in it. */
    default boolean needsTransaction() {
        return false;
    }

    /** Whether a body that throws undoes its transaction, whatever the rollback rules of the method say. */
    default boolean rollsBackOnFailure() {
        return false;
    }
}
