package dev.interlock.docs.classes;

import dev.interlock.queue.DeadLetter;
import dev.interlock.queue.Enqueued;
import dev.interlock.queue.Unique;
import dev.interlock.queue.WorkQueue;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

// tag::checkout[]
@Service
class Checkout {

    private final WorkQueue<ThankYou> thanks;
    private final WorkQueue<Invoice> invoices;

    Checkout(WorkQueue<ThankYou> thanks, WorkQueue<Invoice> invoices) {
        this.thanks = thanks;
        this.invoices = invoices;
    }

    @Transactional
    public UUID place(long orderId, boolean fail) {
        UUID job = thanks.enqueue(new ThankYou(orderId));
        if (fail) {
            throw new IllegalStateException("Out of stock"); // and no job
        }
        return job;
    }
    // end::checkout[]

    // tag::unique[]
    Enqueued invoice(long orderId) {
        return invoices.job(new Invoice(orderId))
                .delay(Duration.ofMillis(300))
                .unique(Unique.UNTIL_EXECUTED, orderId)
                .enqueue(); // Added, or Duplicate with the id of the job that is there
    }
    // end::unique[]

    // tag::dead[]
    void retryOrDrop() {
        for (DeadLetter letter : thanks.deadLetters(100)) {
            if (letter.reason().contains("no such order")) {
                thanks.discard(letter.id());
            } else {
                thanks.redrive(letter.id()); // Again, Duplicate or Missing
            }
        }
    }
    // end::dead[]
    // tag::checkout[]
}
// end::checkout[]
