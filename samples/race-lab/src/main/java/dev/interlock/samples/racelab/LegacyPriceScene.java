package dev.interlock.samples.racelab;

import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedUpdate;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A table of another system, to which one must not add a column for a version: Postgres keeps one for each row, {@code xmin}. */
@Component
class LegacyPriceScene implements Scene {

    private static final int ARTICLES = 1_000;
    private static final int CLERKS_EACH = 2;
    private static final long CENTS = 1_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    LegacyPriceScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Price(long article, long cents) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;

        Unguarded(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public long raise(long article, long cents) {
            Price price = jdbc.sql("SELECT article, cents FROM legacy_price WHERE article = ?")
                    .param(article)
                    .query(Price.class)
                    .single();
            jdbc.sql("UPDATE legacy_price SET cents = ? WHERE article = ?")
                    .params(price.cents() + cents, article)
                    .update();
            return cents;
        }
    }

    @Component
    static class Guarded {

        private final VersionedUpdate<Price> prices;

        Guarded(DataSource dataSource) {
            this.prices = VersionedUpdate.of(dataSource, "legacy_price", Price.class)
                    .key("article")
                    .byRowVersion()
                    .columns("cents");
        }

        @RetryOnConflict(maxRetries = 50, timeout = "30s")
        @Transactional
        public long raise(long article, long cents) {
            Versioned<Price> price = prices.findOrThrow(article);
            prices.row(article)
                    .read(price.version())
                    .set("cents", price.row().cents() + cents)
                    .updateOrThrow();
            return cents;
        }
    }

    @Override
    public String name() {
        return "legacy-prices";
    }

    @Override
    public String title() {
        return "Prices in a table without a version";
    }

    @Override
    public Theme theme() {
        return Theme.EDITS;
    }

    @Override
    public String problem() {
        return "Two clerks read the same price, both raise it and write it back, and one of the rises is lost.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS legacy_price (article bigint PRIMARY KEY, cents bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE legacy_price").update();
        jdbc.sql("INSERT INTO legacy_price SELECT id, ? FROM generate_series(0, ?) id")
                .params(CENTS, ARTICLES)
                .update();
    }

    @Override
    public Action unguarded() {
        return clerk -> unguarded.raise(clerk / CLERKS_EACH, cents(clerk));
    }

    @Override
    public Action guarded() {
        return clerk -> guarded.raise(clerk / CLERKS_EACH, cents(clerk));
    }

    private static long cents(int clerk) {
        return 5 + clerk % CLERKS_EACH;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long risen = jdbc.sql("SELECT SUM(cents - ?) FROM legacy_price")
                .param(CENTS)
                .query(Long.class)
                .single();
        return compare(answers.promised(), risen, answers.failed());
    }

    static List<Violation> compare(long promised, long risen, long failed) {
        return Violation.among(
                new Violation(
                        Math.abs(promised - risen),
                        "prices have risen by " + risen + " instead of the promised " + promised),
                Violation.failed(failed));
    }
}
