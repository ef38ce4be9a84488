package dev.interlock.benchmark.overhead;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** One small statement in a transaction, with the lock written by hand or as an annotation. */
public class Accounts {

    private final JdbcTemplate jdbc;
    private final String statement;

    /** @param statement gets the account's id and returns one number */
    Accounts(JdbcTemplate jdbc, String statement) {
        this.jdbc = jdbc;
        this.statement = statement;
    }

    @Transactional
    public Long unlocked(long id) {
        return run(id);
    }

    /** @param lock the 64-bit key, known beforehand */
    @Transactional
    public Long transactionLockByHand(long id, long lock) {
        jdbc.query("SELECT pg_advisory_xact_lock(?)", row -> {}, lock);
        return run(id);
    }

    @AdvisoryLocked(name = "account", key = "#id", scope = LockScope.TRANSACTION)
    @Transactional
    public Long transactionLock(long id) {
        return run(id);
    }

    @AdvisoryLocked(name = "account", key = "#id", scope = LockScope.SESSION)
    @Transactional
    public Long sessionLock(long id) {
        return run(id);
    }

    private Long run(long id) {
        return jdbc.queryForObject(statement, Long.class, id);
    }
}
