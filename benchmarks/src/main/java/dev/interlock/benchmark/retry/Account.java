package dev.interlock.benchmark.retry;

import dev.interlock.annotation.RetryOnConflict;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** A row that everybody adds one to, with each kind of protection. */
public class Account {

    private static final String ENDLESS = "1h";
    private static final int MANY = 100_000;

    private record Version(long balance, long version) {}

    private final JdbcClient jdbc;

    Account(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @RetryOnConflict(maxRetries = MANY, timeout = ENDLESS)
    @Transactional
    public void fullJitter(long id) {
        addIfUnchanged(id);
    }

    @RetryOnConflict(
            maxRetries = MANY,
            timeout = ENDLESS,
            escalateAfter = 2,
            escalateName = "account",
            escalateKey = "#id")
    @Transactional
    public void escalating(long id) {
        addIfUnchanged(id);
    }

    @Transactional
    public void rowLock(long id) {
        long balance = jdbc.sql("SELECT balance FROM account WHERE id = ? FOR UPDATE")
                .param(id)
                .query(Long.class)
                .single();
        set(id, balance + 1);
    }

    @Transactional
    public void oneStatement(long id) {
        jdbc.sql("UPDATE account SET balance = balance + 1 WHERE id = ?")
                .param(id)
                .update();
    }

    /** Loses additions; to see that these are noticed. */
    @Transactional
    public void unprotected(long id) {
        long balance = jdbc.sql("SELECT balance FROM account WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
        set(id, balance + 1);
    }

    private void set(long id, long balance) {
        jdbc.sql("UPDATE account SET balance = ? WHERE id = ?")
                .params(balance, id)
                .update();
    }

    private void addIfUnchanged(long id) {
        Version read = jdbc.sql("SELECT balance, version FROM account WHERE id = ?")
                .param(id)
                .query((row, number) -> new Version(row.getLong(1), row.getLong(2)))
                .single();
        int updated = jdbc.sql("UPDATE account SET balance = ?, version = version + 1 WHERE id = ? AND version = ?")
                .params(read.balance + 1, id, read.version)
                .update();
        if (updated == 0) {
            throw new OptimisticLockingFailureException("version " + read.version + " is no longer the newest");
        }
    }
}
