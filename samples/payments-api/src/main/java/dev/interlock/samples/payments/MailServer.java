package dev.interlock.samples.payments;

/** The outside world: what was sent cannot be taken back. */
interface MailServer {

    /**
     * @param messageId the same in every repetition, so that a server that knows it can drop the second
     */
    void send(String to, String text, String messageId);
}
