package dev.interlock.queue;

/** What is stored is no payload of the queue; the message is the reason of the dead letter. */
final class UnreadablePayloadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadablePayloadException(String message) {
        super(message);
    }
}
