package dev.interlock.docs.guide;

import dev.interlock.annotation.AdvisoryLocked;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

// tag::first-guard[]
@Service
class Accounts {

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // tag::deposit[]
    @Transactional
    @AdvisoryLocked(name = "account", key = "#accountId")
    public void deposit(long accountId, long cents) {
        long balance = jdbc.sql("SELECT cents FROM account WHERE id = ?")
                .param(accountId)
                .query(Long.class)
                .single(); // sees what the former holder committed
        jdbc.sql("UPDATE account SET cents = ? WHERE id = ?")
                .params(balance + cents, accountId)
                .update();
    }
    // end::deposit[]
}
// end::first-guard[]
