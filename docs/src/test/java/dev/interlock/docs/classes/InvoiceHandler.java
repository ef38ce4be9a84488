package dev.interlock.docs.classes;

import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

// tag::handler[]
@Component
class InvoiceHandler implements JobHandler<Invoice> {

    private final JdbcClient jdbc;

    InvoiceHandler(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void handle(Invoice invoice, Job job) { // in the transaction that ends the job
        jdbc.sql("INSERT INTO invoice VALUES (?)").param(invoice.orderId()).update();
    }
}
// end::handler[]
