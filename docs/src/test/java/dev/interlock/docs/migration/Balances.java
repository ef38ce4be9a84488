package dev.interlock.docs.migration;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A balance that is read and then written, which loses deposits unless something keeps callers apart. */
@Component
class Balances {

    private final JdbcClient jdbc;

    Balances(JdbcClient jdbc) {
        this.jdbc = jdbc;
        jdbc.sql("CREATE TABLE IF NOT EXISTS balance (id bigint PRIMARY KEY, cents bigint NOT NULL)")
                .update();
    }

    void empty(long id) {
        jdbc.sql("INSERT INTO balance VALUES (?, 0) ON CONFLICT (id) DO UPDATE SET cents = 0")
                .param(id)
                .update();
    }

    long read(long id) {
        return jdbc.sql("SELECT cents FROM balance WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    void write(long id, long cents) {
        jdbc.sql("UPDATE balance SET cents = ? WHERE id = ?").params(cents, id).update();
    }
}
