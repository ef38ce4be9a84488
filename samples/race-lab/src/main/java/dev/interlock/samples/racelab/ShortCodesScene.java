package dev.interlock.samples.racelab;

import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.RetryOnConflict;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Random codes from a small space: the database refuses one that is drawn again, and whoever drew it could draw another. */
@Component
class ShortCodesScene implements Scene {

    /** About three times as many as are drawn, so that some are drawn again. */
    private static final long CODES = 4_000;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    ShortCodesScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
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
        public long draw() {
            return body.draw();
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @RetryOnConflict(
                on = Conflict.UNIQUE,
                constraints = "short_code_unique",
                maxRetries = 50,
                delay = "0s",
                timeout = "60s")
        @Transactional
        public long draw() {
            return body.draw();
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        long draw() {
            long code = ThreadLocalRandom.current().nextLong(CODES);
            jdbc.sql("INSERT INTO short_code (code) VALUES (?)").param(code).update();
            return code;
        }
    }

    @Override
    public String name() {
        return "short-codes";
    }

    @Override
    public String title() {
        return "Short codes drawn at random";
    }

    @Override
    public Theme theme() {
        return Theme.UNIQUENESS;
    }

    @Override
    public String problem() {
        return "Two calls draw the same code, and the later one ends with an error though most codes are free.";
    }

    @Override
    public int fewestCallers() {
        return 16;
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS short_code (code bigint, CONSTRAINT short_code_unique UNIQUE (code))")
                .update();
        jdbc.sql("TRUNCATE short_code").update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.draw();
    }

    @Override
    public Action guarded() {
        return caller -> guarded.draw();
    }

    @Override
    public List<Violation> violations(Answers answers) {
        List<Long> stored =
                jdbc.sql("SELECT code FROM short_code").query(Long.class).list();
        return compare(answers.promises(), stored, answers.failed());
    }

    /** Codes that nobody was promised are no violation: a call that failed may have stored its code. */
    static List<Violation> compare(List<Long> promised, List<Long> stored, long failed) {
        Set<Long> missing = new HashSet<>(promised);
        int twice = promised.size() - missing.size();
        stored.forEach(missing::remove);
        return Violation.among(
                new Violation(twice, twice + " codes promised again"),
                new Violation(missing.size(), missing.size() + " promised codes missing"),
                Violation.failed(failed));
    }
}
