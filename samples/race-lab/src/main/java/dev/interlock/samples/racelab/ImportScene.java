package dev.interlock.samples.racelab;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A job of several statements, each committed by itself, that goes on where the former run ended. */
@Component
class ImportScene implements Scene {

    private static final long BATCH = 10;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final Body body;

    ImportScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded, Body body) {
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

        public long importNextBatch() {
            return body.importNextBatch();
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @AdvisoryLocked(name = "import", scope = LockScope.SESSION, waitTime = "60s")
        public long importNextBatch() {
            return body.importNextBatch();
        }
    }

    @Component
    static class Body {

        private final JdbcClient jdbc;
        private final Overlaps overlaps = new Overlaps();

        Body(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        long importNextBatch() {
            return overlaps.during(() -> {
                long done = jdbc.sql("SELECT last_item FROM import_watermark")
                        .query(Long.class)
                        .single();
                jdbc.sql("INSERT INTO imported (item) SELECT generate_series(?, ?)")
                        .params(done + 1, done + BATCH)
                        .update();
                jdbc.sql("UPDATE import_watermark SET last_item = ?")
                        .param(done + BATCH)
                        .update();
                return BATCH;
            });
        }
    }

    @Override
    public String name() {
        return "import";
    }

    @Override
    public String title() {
        return "An import that must run one at a time";
    }

    @Override
    public Theme theme() {
        return Theme.JOBS;
    }

    @Override
    public String problem() {
        return "Two runs start from the same watermark, so rows come in twice and rows that were reported never come in.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS import_watermark (last_item bigint NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS imported (item bigint NOT NULL)").update();
        jdbc.sql("TRUNCATE import_watermark, imported").update();
        jdbc.sql("INSERT INTO import_watermark (last_item) VALUES (0)").update();
        body.overlaps.forget();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.importNextBatch();
    }

    @Override
    public Action guarded() {
        return caller -> guarded.importNextBatch();
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT count(*) AS total, count(DISTINCT item) AS different FROM imported")
                .query((row, number) -> compare(
                        answers.promised(), row.getLong("total"), row.getLong("different"), body.overlaps.seen()))
                .single();
    }

    /** More different rows than promised are no violation: a call that failed may have imported its batch. */
    static List<Violation> compare(long promised, long total, long different, long overlaps) {
        long twice = total - different;
        long missing = Math.max(0, promised - different);
        return Violation.among(
                new Violation(overlaps, overlaps + " runs entered while another was inside"),
                new Violation(twice, twice + " rows imported again"),
                new Violation(missing, missing + " of " + promised + " promised rows missing"));
    }
}
