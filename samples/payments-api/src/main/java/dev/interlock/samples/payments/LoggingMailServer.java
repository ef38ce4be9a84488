package dev.interlock.samples.payments;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Mails to the log; a service brings its own. */
@Component
class LoggingMailServer implements MailServer {

    private static final Logger LOG = LoggerFactory.getLogger(LoggingMailServer.class);

    @Override
    public void send(String to, String text, String messageId) {
        LOG.info("Mail {} to {}: {}", messageId, to, text);
    }
}
