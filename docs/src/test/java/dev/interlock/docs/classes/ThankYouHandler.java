package dev.interlock.docs.classes;

import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.JobRejectedException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

// tag::handler[]
@Component
class ThankYouHandler implements JobHandler<ThankYou> { // found by its payload

    private final Mailer mailer;
    private final JdbcClient jdbc;

    ThankYouHandler(Mailer mailer, JdbcClient jdbc) {
        this.mailer = mailer;
        this.jdbc = jdbc;
    }

    @Override
    public void handle(ThankYou mail, Job job) {
        if (mail.orderId() < 0) {
            throw new JobRejectedException("There is no such order"); // no attempt could do it
        }
        mailer.send(mail.orderId(), job.id()); // no transaction, no connection; the id is the same at each attempt
        job.complete(() -> jdbc.sql("INSERT INTO receipt VALUES (?, ?, ?)")
                .params(job.id(), mail.orderId(), job.attempt())
                .update()); // committed with the end of the job, or neither
    }
}
// end::handler[]
