package dev.interlock.samples.racelab;

import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.jdbc.VersionedUpdate;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * An aggregate of several rows: whether an expense fits into its report depends on the other expenses. Two new rows change no row
 * in common, so nothing shows the conflict, unless both change the version of the report.
 */
@Component
class AggregateScene implements Scene {

    private static final int REPORTS = 200;
    private static final int EDITORS = 2;
    private static final long LIMIT = 500;
    private static final long AMOUNT = 100;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    AggregateScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
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
        public long add(long reportId, long amount) {
            return body.add(reportId, amount);
        }
    }

    @Component
    static class Guarded {

        private final VersionedUpdate<Map<String, Object>> reports;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.reports = VersionedUpdate.of(dataSource, "expense_report");
            this.body = body;
        }

        @RetryOnConflict(maxRetries = 50, timeout = "30s")
        @Transactional
        public long add(long reportId, long amount) {
            long version = reports.find(reportId).orElseThrow().version();
            reports.row(reportId).read(version).updateOrThrow();
            return body.add(reportId, amount);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns the amount that is added: all of it, or nothing if the report would exceed its limit. */
        long add(long reportId, long amount) {
            long total = jdbc.sql("SELECT COALESCE(SUM(amount), 0) FROM expense WHERE report_id = ?")
                    .param(reportId)
                    .query(Long.class)
                    .single();
            if (total + amount > LIMIT) {
                return 0;
            }
            jdbc.sql("INSERT INTO expense (report_id, amount) VALUES (?, ?)")
                    .params(reportId, amount)
                    .update();
            return amount;
        }
    }

    @Override
    public String name() {
        return "aggregate-edit";
    }

    @Override
    public String title() {
        return "An expense report with a limit";
    }

    @Override
    public Theme theme() {
        return Theme.EDITS;
    }

    @Override
    public String problem() {
        return "Two expenses each fit into what is left of the report, and together they exceed its limit.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS expense_report (id bigint PRIMARY KEY, version bigint NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS expense (report_id bigint NOT NULL, amount bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE expense_report, expense").update();
        jdbc.sql("INSERT INTO expense_report SELECT id, 0 FROM generate_series(0, ?) id")
                .param(REPORTS)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.add(caller / EDITORS, AMOUNT);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.add(caller / EDITORS, AMOUNT);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> totals = jdbc.sql("SELECT SUM(amount) FROM expense GROUP BY report_id")
                .query(Long.class)
                .list();
        return compare(LIMIT, answers.promised(), totals, answers.failed());
    }

    /** Expenses that nobody was promised are no violation: a call that failed may have added one. */
    static List<Violation> compare(long limit, long promised, List<Long> totals, long failed) {
        long exceeding = totals.stream().filter(total -> total > limit).count();
        long added = totals.stream().mapToLong(Long::longValue).sum();
        long missing = Math.max(0, promised - added);
        return Violation.among(
                new Violation(exceeding, exceeding + " reports exceed their limit"),
                new Violation(missing, missing + " of the promised " + promised + " missing in the reports"),
                Violation.failed(failed));
    }
}
