package dev.interlock.samples.payments;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what was sent. */
class SentMails implements MailServer {

    record Mail(String to, String text, String messageId) {}

    private final List<Mail> sent = new CopyOnWriteArrayList<>();

    @Override
    public void send(String to, String text, String messageId) {
        sent.add(new Mail(to, text, messageId));
    }

    List<Mail> about(String payment) {
        return sent.stream().filter(mail -> mail.text().contains(payment)).toList();
    }
}
