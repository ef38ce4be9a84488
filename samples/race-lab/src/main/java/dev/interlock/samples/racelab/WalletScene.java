package dev.interlock.samples.racelab;

import dev.interlock.jdbc.LockedRows;
import dev.interlock.jdbc.RowLocks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Different payments out of one wallet at the same time: an idempotency key does not keep them apart, since each of them is to
 * be made as long as there is money.
 */
@Component
class WalletScene implements Scene {

    private static final int PAYERS_EACH = 4;
    private static final int SHOPS = 4;
    private static final int WALLETS = 1_000;

    /** Of each wallet; enough for about half of the payments out of it. */
    private static final long CENTS = 10_000;

    private static final long PRICE = 900;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    WalletScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Wallet(long id, long cents) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long pay(long from, long to, long cents) {
            Map<Long, Wallet> wallets = jdbc
                    .sql("SELECT id, cents FROM wallet WHERE id IN (?, ?)")
                    .params(from, to)
                    .query(Wallet.class)
                    .list()
                    .stream()
                    .collect(Collectors.toMap(Wallet::id, wallet -> wallet));
            return body.pay(wallets.get(from), wallets.get(to), cents);
        }
    }

    @Component
    static class Guarded {

        private final RowLocks<Wallet> wallets;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.wallets = RowLocks.of(dataSource, "wallet", Wallet.class).waitTime(Duration.ofSeconds(30));
            this.body = body;
        }

        @Transactional
        public long pay(long from, long to, long cents) {
            LockedRows<Wallet> locked = wallets.lockAll(List.of(from, to)).requireAll();
            return body.pay(locked.row(from).orElseThrow(), locked.row(to).orElseThrow(), cents);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how much is paid: all, or nothing if there is not as much. */
        long pay(Wallet from, Wallet to, long cents) {
            if (from.cents() < cents) {
                return 0;
            }
            write(from.id(), from.cents() - cents);
            write(to.id(), to.cents() + cents);
            return cents;
        }

        private void write(long wallet, long cents) {
            jdbc.sql("UPDATE wallet SET cents = ? WHERE id = ?")
                    .params(cents, wallet)
                    .update();
        }
    }

    @Override
    public String name() {
        return "two-payments";
    }

    @Override
    public String title() {
        return "Two payments at once";
    }

    @Override
    public Theme theme() {
        return Theme.SUMS;
    }

    @Override
    public String problem() {
        return "Two payments read how much is in the wallet, each takes its price from that, and the wallet pays for one of"
                + " them only.";
    }

    /** Shops come after all wallets, so payments write in the order of the ids: what is shown is no deadlock. */
    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS wallet (id bigint PRIMARY KEY, cents bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE wallet").update();
        jdbc.sql("INSERT INTO wallet SELECT id, CASE WHEN id < :wallets THEN :cents ELSE 0 END"
                        + " FROM generate_series(0, :wallets + :shops - 1) id")
                .param("wallets", WALLETS)
                .param("shops", SHOPS)
                .param("cents", CENTS)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.pay(wallet(caller), shop(caller), PRICE);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.pay(wallet(caller), shop(caller), PRICE);
    }

    private static long wallet(int caller) {
        return caller / PAYERS_EACH % WALLETS;
    }

    private static long shop(int caller) {
        return (long) WALLETS + caller % SHOPS;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("""
                        SELECT SUM(:cents - cents) FILTER (WHERE id < :wallets) AS spent,
                               SUM(cents) FILTER (WHERE id >= :wallets) AS earned
                        FROM wallet""")
                .param("cents", CENTS)
                .param("wallets", WALLETS)
                .query((row, number) -> compare(answers.promised(), row.getLong("spent"), row.getLong("earned")))
                .single();
    }

    /** More than promised is no violation if it was spent and earned: a call that failed may have paid. */
    static List<Violation> compare(long promised, long spent, long earned) {
        long unpaid = Math.max(0, promised - spent);
        long unearned = Math.max(0, promised - earned);
        long astray = Math.abs(spent - earned);
        return Violation.among(
                new Violation(unpaid, unpaid + " of the " + promised + " cents paid were taken from no wallet"),
                new Violation(unearned, unearned + " of the " + promised + " cents paid came to no shop"),
                new Violation(
                        astray, "what the wallets spent and what the shops earned differ by " + astray + " cents"));
    }
}
