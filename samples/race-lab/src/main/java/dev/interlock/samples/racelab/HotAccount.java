package dev.interlock.samples.racelab;

import java.util.List;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** One account that all callers change, each update on condition that the version is still the one that was read. */
@Component
record HotAccount(JdbcClient jdbc) {

    static final long ID = 1;

    private static final long OPENING_BALANCE = 1_000;

    private record Account(long balance, long version) {}

    void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS hot_account (id bigint PRIMARY KEY, balance bigint, version bigint)")
                .update();
        jdbc.sql("TRUNCATE hot_account").update();
        jdbc.sql("INSERT INTO hot_account (id, balance, version) VALUES (?, ?, 0)")
                .params(ID, OPENING_BALANCE)
                .update();
    }

    long addCredit(long accountId) {
        Account read = read(accountId);
        int updated = jdbc.sql("UPDATE hot_account SET balance = ?, version = version + 1 WHERE id = ? AND version = ?")
                .params(read.balance() + 1, accountId, read.version())
                .update();
        if (updated == 0) {
            throw new OptimisticLockingFailureException("Account " + accountId + " has changed since it was read");
        }
        return 1;
    }

    private Account read(long accountId) {
        return jdbc.sql("SELECT balance, version FROM hot_account WHERE id = ?")
                .param(accountId)
                .query((row, number) -> new Account(row.getLong("balance"), row.getLong("version")))
                .single();
    }

    List<Violation> violations(Answers answers) {
        return compare(OPENING_BALANCE + answers.promised(), read(ID).balance(), answers.failed());
    }

    static List<Violation> compare(long promised, long balance, long failed) {
        return Violation.among(
                new Violation(
                        Math.abs(promised - balance), "balance " + balance + " instead of the promised " + promised),
                Violation.failed(failed));
    }
}
