package dev.interlock.samples.racelab;

/** The address names a scene or a run that does not exist; the message names what does. */
class NotThereException extends RuntimeException {

    NotThereException(String message) {
        super(message);
    }
}
