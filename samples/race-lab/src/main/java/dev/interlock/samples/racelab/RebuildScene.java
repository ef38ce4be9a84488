package dev.interlock.samples.racelab;

import dev.interlock.queue.QueueDepth;
import dev.interlock.queue.Queues;
import dev.interlock.queue.Unique;
import dev.interlock.queue.WorkQueue;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A report that many ask for at once: as long as one job waits or is at work for it, another is not needed. */
@Component
class RebuildScene implements Scene {

    private static final int CALLERS_EACH = 8;

    /** More than the numbers of the reports of a round. */
    private static final int ROUND = 10_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final Body body;
    private final SharedNumbers reports = new SharedNumbers(CALLERS_EACH);
    private long before;

    RebuildScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded, Body body) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
        this.body = body;
    }

    record Rebuild(long report) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long rebuild(long report) {
            boolean waiting = jdbc.sql("SELECT EXISTS (SELECT FROM rebuild_queue WHERE report = ?)")
                    .param(report)
                    .query(Boolean.class)
                    .single();
            if (!waiting) {
                jdbc.sql("INSERT INTO rebuild_queue (report) VALUES (?)")
                        .param(report)
                        .update();
            }
            return report;
        }

        /** Several workers call this until nothing is left. */
        @Transactional
        int work() throws InterruptedException {
            List<Rebuild> rebuilds = jdbc.sql("""
                            DELETE FROM rebuild_queue WHERE id = ANY (ARRAY(
                                SELECT id FROM rebuild_queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED))
                            RETURNING report""").query(Rebuild.class).list();
            for (Rebuild rebuild : rebuilds) {
                body.build(rebuild);
            }
            return rebuilds.size();
        }
    }

    @Component
    static class Guarded {

        private final WorkQueue<Rebuild> rebuilds;

        Guarded(Queues queues, Body body) {
            this.rebuilds = queues.work("rebuilds", Rebuild.class)
                    .outsideWork()
                    .handler((rebuild, job) -> body.build(rebuild))
                    .create();
        }

        @Transactional
        public long rebuild(long report) {
            rebuilds.job(new Rebuild(report))
                    .unique(Unique.UNTIL_EXECUTED, report)
                    .enqueue();
            return report;
        }

        boolean isWorkedOff() {
            QueueDepth depth = rebuilds.depth();
            return depth.ready() + depth.later() + depth.running() + depth.parked() == 0;
        }
    }

    @Component
    static class Body {

        private static final long PATIENCE_SECONDS = 5;

        private final JdbcClient jdbc;
        private volatile CountDownLatch everybodyHasAsked = new CountDownLatch(0);

        Body(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        /** Takes longer than all the asking, so that no report is asked for anew after it was built. */
        void build(Rebuild rebuild) throws InterruptedException {
            if (!everybodyHasAsked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The data of the report is not there yet");
            }
            jdbc.sql("INSERT INTO built (report) VALUES (?)")
                    .param(rebuild.report())
                    .update();
        }
    }

    @Override
    public String name() {
        return "job-enqueued-many-times";
    }

    @Override
    public String title() {
        return "A job that many ask for";
    }

    @Override
    public Theme theme() {
        return Theme.QUEUES;
    }

    @Override
    public String problem() {
        return "Several look whether a job waits for the report, none of them sees those of the others, and the report is built"
                + " for each of them.";
    }

    /** Each round has reports of its own. */
    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS rebuild_queue (
                            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, report bigint NOT NULL);
                        CREATE TABLE IF NOT EXISTS built (report bigint NOT NULL);
                        TRUNCATE rebuild_queue, built""").update();
        body.everybodyHasAsked = new CountDownLatch(1);
        reports.forget();
        before += ROUND;
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.rebuild(before + reports.next(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.rebuild(before + reports.next(caller));
    }

    @Override
    public void settle() throws InterruptedException {
        body.everybodyHasAsked.countDown();
        Background.workOff(unguarded::work);
        Background.await(guarded::isWorkedOff);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> built = jdbc.sql("SELECT report FROM built WHERE report > ?")
                .param(before)
                .query(Long.class)
                .list();
        return compare(answers.promises(), built);
    }

    /** Reports that nobody was promised are no violation: a call that failed may have enqueued one. */
    static List<Violation> compare(List<Long> promised, List<Long> built) {
        long again = built.size() - built.stream().distinct().count();
        long missing = promised.stream()
                .distinct()
                .filter(report -> !built.contains(report))
                .count();
        return Violation.among(
                new Violation(again, again + " reports built again"),
                new Violation(missing, missing + " promised reports missing"));
    }
}
