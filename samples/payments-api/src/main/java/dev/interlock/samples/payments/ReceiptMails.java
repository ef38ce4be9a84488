package dev.interlock.samples.payments;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.IdempotencyContext;
import dev.interlock.samples.payments.ProviderEvents.Captured;
import org.springframework.stereotype.Service;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * One mail for each captured payment. No transaction can take a mail back, so the claim has a lease, and a mail that may have
 * been sent by a node that died is held for somebody to find out, instead of being sent twice.
 */
@Service
class ReceiptMails {

    private final MailServer mails;

    ReceiptMails(MailServer mails) {
        this.mails = mails;
    }

    @TransactionalEventListener
    @Idempotent(
            name = "receipt-mail",
            key = "#captured.paymentId",
            mode = IdempotencyMode.LEASED,
            onExpiredLease = OnExpiredLease.HOLD)
    public void send(Captured captured) {
        mails.send(
                captured.merchant(),
                "Payment " + captured.paymentId() + " was captured",
                IdempotencyContext.current().downstreamKey());
    }
}
