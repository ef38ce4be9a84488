package dev.interlock.docs.classes;

import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

// tag::handler[]
@Component
class Bookkeeping implements JobHandler<Posting> {

    private final JdbcClient jdbc;

    Bookkeeping(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void handle(Posting posting, Job job) {
        long balance = jdbc.sql("SELECT balance FROM ledger WHERE account = ? ORDER BY place DESC LIMIT 1")
                .param(posting.account())
                .query(Long.class)
                .optional()
                .orElse(0L); // no lock: nothing else of this account runs
        jdbc.sql("INSERT INTO ledger (account, cents, balance) VALUES (?, ?, ?)")
                .params(posting.account(), posting.cents(), balance + posting.cents())
                .update();
    }
}
// end::handler[]
