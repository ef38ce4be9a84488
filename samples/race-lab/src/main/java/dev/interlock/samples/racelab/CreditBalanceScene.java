package dev.interlock.samples.racelab;

import dev.interlock.annotation.AdvisoryLocked;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Read, compute, write back: under READ COMMITTED a transaction alone does not stop two callers from reading the same balance. */
@Component
class CreditBalanceScene implements Scene {

    private static final long ACCOUNT = 1;
    private static final long OPENING_BALANCE = 1_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    CreditBalanceScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        @Transactional
        public long addCredit(long accountId) {
            return body.addCredit(accountId);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @AdvisoryLocked(name = "credit-balance", key = "#accountId", waitTime = "30s")
        @Transactional
        public long addCredit(long accountId) {
            return body.addCredit(accountId);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        long addCredit(long accountId) {
            long balance = jdbc.sql("SELECT balance FROM credit_account WHERE id = ?")
                    .param(accountId)
                    .query(Long.class)
                    .single();
            jdbc.sql("UPDATE credit_account SET balance = ? WHERE id = ?")
                    .params(balance + 1, accountId)
                    .update();
            return 1;
        }
    }

    @Override
    public String name() {
        return "credit-balance";
    }

    @Override
    public String title() {
        return "A credit balance changed by many";
    }

    @Override
    public Theme theme() {
        return Theme.SUMS;
    }

    @Override
    public String problem() {
        return "Two calls read the same balance, both add to it, and the later write wipes out the earlier one.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS credit_account (id bigint PRIMARY KEY, balance bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE credit_account").update();
        jdbc.sql("INSERT INTO credit_account (id, balance) VALUES (?, ?)")
                .params(ACCOUNT, OPENING_BALANCE)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.addCredit(ACCOUNT);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.addCredit(ACCOUNT);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long balance = jdbc.sql("SELECT balance FROM credit_account WHERE id = ?")
                .param(ACCOUNT)
                .query(Long.class)
                .single();
        return compare(OPENING_BALANCE + answers.promised(), balance);
    }

    static List<Violation> compare(long promised, long balance) {
        return Violation.among(new Violation(
                Math.abs(promised - balance), "balance " + balance + " instead of the promised " + promised));
    }
}
