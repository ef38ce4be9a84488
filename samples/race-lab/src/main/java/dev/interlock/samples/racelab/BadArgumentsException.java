package dev.interlock.samples.racelab;

/** The command line asks for something that does not exist; the message names what does. */
class BadArgumentsException extends RuntimeException {

    BadArgumentsException(String message) {
        super(message);
    }
}
