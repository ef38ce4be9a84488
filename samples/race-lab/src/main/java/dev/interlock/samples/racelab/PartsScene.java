package dev.interlock.samples.racelab;

import dev.interlock.jdbc.Counters;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Parts taken out of a bin, some at a time. What is left is never computed outside of the database, so none is lost; yet whether
 * there are enough is looked at before they are taken.
 */
@Component
class PartsScene implements Scene {

    private static final long BIN = 7;
    private static final long PARTS = 500;

    /** The last time somebody asks, there are some left but not enough. */
    private static final long EACH = 3;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    PartsScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long take(long bin, long parts) {
            long there = jdbc.sql("SELECT parts FROM bin WHERE id = ?")
                    .param(bin)
                    .query(Long.class)
                    .single();
            if (there < parts) {
                return 0;
            }
            jdbc.sql("UPDATE bin SET parts = parts - ? WHERE id = ?")
                    .params(parts, bin)
                    .update();
            return body.handOut(bin, parts);
        }
    }

    @Component
    static class Guarded {

        private final Counters bins;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.bins = Counters.of(dataSource, "bin").value("parts");
            this.body = body;
        }

        @Transactional
        public long take(long bin, long parts) {
            return bins.tryTake(bin, parts).isChanged() ? body.handOut(bin, parts) : 0;
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many parts are handed out. */
        long handOut(long bin, long parts) {
            jdbc.sql("INSERT INTO handed_out (bin, parts) VALUES (?, ?)")
                    .params(bin, parts)
                    .update();
            return parts;
        }
    }

    @Override
    public String name() {
        return "parts-taken";
    }

    @Override
    public String title() {
        return "Parts taken from a bin";
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return "Several see that there are enough parts, all of them take theirs, and the bin holds less than nothing.";
    }

    @Override
    public int fewestCallers() {
        return 16;
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS bin (id bigint PRIMARY KEY, parts bigint NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS handed_out (bin bigint NOT NULL, parts bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE bin, handed_out").update();
        jdbc.sql("INSERT INTO bin (id, parts) VALUES (?, ?)").params(BIN, PARTS).update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.take(BIN, EACH);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.take(BIN, EACH);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long refused =
                answers.promises().stream().filter(promise -> promise == 0).count();
        return jdbc.sql(
                        "SELECT (SELECT parts FROM bin) AS parts, (SELECT COALESCE(SUM(parts), 0) FROM handed_out) AS out")
                .query((row, number) -> compare(answers.promised(), refused, row.getLong("parts"), row.getLong("out")))
                .single();
    }

    /** Parts that nobody was promised are no violation: a call that failed may have taken them. */
    static List<Violation> compare(long promised, long refused, long left, long out) {
        long beyond = Math.max(0, out - PARTS);
        long astray = Math.abs(PARTS - out - left);
        long missing = Math.max(0, promised - out);
        long withheld = left >= EACH ? refused : 0;
        return Violation.among(
                new Violation(beyond, beyond + " parts handed out that were not there"),
                new Violation(astray, "the bin differs by " + astray + " from what was left in it"),
                new Violation(missing, missing + " of " + promised + " promised parts were not handed out"),
                new Violation(withheld, withheld + " callers refused though there are " + left + " parts left"));
    }
}
