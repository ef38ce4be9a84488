package dev.interlock.idempotency;

/** What a store knows of a key. */
public sealed interface Sight {

    Sight FREE = new Free();
    Sight IN_FLIGHT = new InFlight();
    Sight HELD = new Held();
    Sight REUSED = new Reused();

    /** There is no record, or one that has expired. */
    record Free() implements Sight {}

    /** A call with the key is running, as far as anybody can tell. */
    record InFlight() implements Sight {}

    /** A call with the key has completed. */
    record Done(Completed completed) implements Sight {}

    /** A call with the key ran and did not complete; whether it had its effect is unknown, and it must not be repeated. */
    record Held() implements Sight {}

    /** A call with the key and other arguments has begun and not completed. */
    record Reused() implements Sight {}
}
