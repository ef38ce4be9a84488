package dev.interlock.samples.racelab;

import dev.interlock.jdbc.Counters;
import dev.interlock.jdbc.SlottedCounters;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Workers of one job add up what they have processed. */
@Component
class JobCounterScene implements Scene {

    private static final String JOB = "reindex";
    private static final int SLOTS = 16;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    JobCounterScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
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
        public long process(String job, long items) {
            long before = jdbc.sql("SELECT processed FROM job_counter WHERE job = ?")
                    .param(job)
                    .query(Long.class)
                    .single();
            jdbc.sql("UPDATE job_counter SET processed = ? WHERE job = ?")
                    .params(before + items, job)
                    .update();
            return body.process(job, items);
        }
    }

    @Component
    static class Guarded {

        private final SlottedCounters processed;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.processed = Counters.of(dataSource, "job_counter")
                    .key("job")
                    .value("processed")
                    .slotted("slot", SLOTS);
            this.body = body;
        }

        @Transactional
        public long process(String job, long items) {
            processed.add(job, items);
            return body.process(job, items);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many items are processed. */
        long process(String job, long items) {
            jdbc.sql("INSERT INTO job_batch (job, items) VALUES (?, ?)")
                    .params(job, items)
                    .update();
            return items;
        }
    }

    @Override
    public String name() {
        return "job-counter";
    }

    @Override
    public String title() {
        return "A counter in jobs";
    }

    @Override
    public Theme theme() {
        return Theme.SUMS;
    }

    @Override
    public String problem() {
        return "Two workers read the same count and both write back their own sum, so the job reports less than it has done.";
    }

    /** The row is there before, since without a counter that creates it the first two workers would both insert it. */
    @Override
    public void reset() {
        jdbc.sql(
                        "CREATE TABLE IF NOT EXISTS job_counter (job text, slot int, processed bigint, PRIMARY KEY (job, slot))")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS job_batch (job text NOT NULL, items bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE job_counter, job_batch").update();
        jdbc.sql("INSERT INTO job_counter (job, slot, processed) VALUES (?, 0, 0)")
                .param(JOB)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.process(JOB, items(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.process(JOB, items(caller));
    }

    private static long items(int caller) {
        return 1 + caller % 10;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT (SELECT COALESCE(SUM(items), 0) FROM job_batch) AS done, SUM(processed) AS counted"
                        + " FROM job_counter")
                .query((row, number) -> compare(answers.promised(), row.getLong("done"), row.getLong("counted")))
                .single();
    }

    /** Items that nobody was told of are no violation: a call that failed may have processed them. */
    static List<Violation> compare(long promised, long done, long counted) {
        long astray = Math.abs(done - counted);
        long missing = Math.max(0, promised - done);
        return Violation.among(
                new Violation(astray, "the counter says " + counted + ", but " + done + " items are processed"),
                new Violation(missing, missing + " of " + promised + " promised items missing"));
    }
}
