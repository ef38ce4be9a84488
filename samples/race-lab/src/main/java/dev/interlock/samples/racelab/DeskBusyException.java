package dev.interlock.samples.racelab;

/** A run is going on, and there is one at a time. */
class DeskBusyException extends RuntimeException {

    DeskBusyException(String scene) {
        super("The scene '" + scene + "' is running; wait for its end and click again.");
    }
}
