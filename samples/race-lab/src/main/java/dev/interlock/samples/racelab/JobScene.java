package dev.interlock.samples.racelab;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The job of a business day, which every node's scheduler fires: one run at a time, whichever the day, and one for each day. The
 * nodes catch up on several days at once, and fire again at the next tick.
 */
@Component
class JobScene implements Scene {

    private static final Pace TICKS = new Pace(Duration.ofMillis(50), Duration.ZERO);

    /** As many as there are ticks: a run makes the jobs of other days be skipped, but of those left each tick runs at least one. */
    private static final int DAYS = 5;

    private static final long ACCOUNTS = 10;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final Body body;
    private LocalDate firstDay = LocalDate.EPOCH;

    JobScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded, Body body) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
        this.body = body;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        @Transactional
        public Long payInterest(LocalDate day) {
            return body.payInterest(day);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @AdvisoryLocked(
                name = "nightly-job",
                scope = LockScope.SESSION,
                waitTime = "0s",
                onUnavailable = OnUnavailable.SKIP)
        @Idempotent(name = "nightly-job", key = "#day")
        @Transactional
        public Long payInterest(LocalDate day) {
            return body.payInterest(day);
        }
    }

    @Component
    static class Body {

        private final JdbcClient jdbc;
        private final Overlaps overlaps = new Overlaps();

        Body(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        /** Returns how many accounts got interest: all of them, or none if the day is done. */
        long payInterest(LocalDate day) {
            boolean done = jdbc.sql("SELECT EXISTS (SELECT FROM nightly_run WHERE day = ?)")
                    .param(day)
                    .query(Boolean.class)
                    .single();
            return done ? 0 : overlaps.during(() -> run(day));
        }

        private long run(LocalDate day) {
            int accounts = jdbc.sql("INSERT INTO interest (day, account) SELECT ?, generate_series(1, ?)")
                    .params(day, ACCOUNTS)
                    .update();
            jdbc.sql("INSERT INTO nightly_run (day) VALUES (?)").param(day).update();
            return accounts;
        }
    }

    @Override
    public String name() {
        return "nightly-job";
    }

    @Override
    public String title() {
        return "A nightly job that must run once a day";
    }

    @Override
    public Theme theme() {
        return Theme.JOBS;
    }

    @Override
    public String problem() {
        return "Each node looks whether the day is done before another has marked it, and interest is paid twice.";
    }

    @Override
    public int fewestCallers() {
        return 8;
    }

    @Override
    public Pace pace() {
        return TICKS;
    }

    /** Days are remembered, so each round has its own. */
    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS nightly_run (day date NOT NULL)").update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS interest (day date NOT NULL, account bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE nightly_run, interest").update();
        body.overlaps.forget();
        firstDay = firstDay.plusDays(DAYS);
    }

    @Override
    public Action unguarded() {
        return node -> unguarded.payInterest(day(node));
    }

    @Override
    public Action guarded() {
        return node -> {
            Long accounts = guarded.payInterest(day(node));
            return accounts == null ? 0 : accounts;
        };
    }

    private LocalDate day(int node) {
        return firstDay.plusDays(node % DAYS);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("""
                        SELECT (SELECT count(*) FROM nightly_run) AS runs,
                               (SELECT count(DISTINCT day) FROM nightly_run) AS days,
                               (SELECT count(*) - count(DISTINCT (day, account)) FROM interest) AS twice""")
                .query((row, number) -> compare(
                        DAYS, row.getLong("runs"), row.getLong("days"), row.getLong("twice"), body.overlaps.seen()))
                .single();
    }

    static List<Violation> compare(long fired, long runs, long days, long twice, long overlaps) {
        long again = runs - days;
        long idle = fired - days;
        return Violation.among(
                new Violation(overlaps, overlaps + " runs entered while another was inside"),
                new Violation(again, again + " runs of a day that had been run"),
                new Violation(twice, twice + " times interest paid again"),
                new Violation(idle, idle + " days that no node ran"));
    }
}
