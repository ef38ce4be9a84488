package dev.interlock.test;

/** One call of a {@link Race} that returns nothing; all callers call the same object at the same time. */
@FunctionalInterface
public interface RaceAction {

    /** @throws Exception whatever the call ends with; an error is an outcome too */
    void run(Caller caller) throws Exception;
}
