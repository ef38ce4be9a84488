package dev.interlock.docs.guards;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.annotation.RowLocked;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Archive {

    private final JdbcClient jdbc;

    Archive(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // tag::used[]
    @DocumentLocked
    public void move(String tenant, long number) {}
    // end::used[]

    // tag::several[]
    @Transactional
    @Idempotent(name = "refund", key = "#reference")
    @AdvisoryLocked(name = "ledger-page", key = "#page")
    @RetryOnConflict(on = Conflict.DEADLOCK)
    @RowLocked(table = "ledger", column = "account_id", key = "#accountId")
    public void refund(String reference, String page, long accountId, long cents) {
        jdbc.sql("UPDATE ledger SET cents = cents + ? WHERE account_id = ?")
                .params(cents, accountId)
                .update();
    }
    // end::several[]
}
