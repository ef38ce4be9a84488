package dev.interlock.samples.racelab;

import dev.interlock.annotation.RetryOnConflict;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Write skew: each of two transactions reads what the other is about to change and writes a row of its own, so no row shows the
 * conflict. M. Cahill et al., "Serializable Isolation for Snapshot Databases" (SIGMOD 2008), has these doctors.
 */
@Component
class OnCallScene implements Scene {

    private static final int SHIFTS = 38_400;
    private static final int DOCTORS = 2;

    /** Serializable transactions lock pages of the index too; shifts this far apart have no page in common. */
    private static final int APART = 300;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    OnCallScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
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
        public long change(int shift, int doctor) {
            return body.change(shift, doctor);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @RetryOnConflict(maxRetries = 50, timeout = "60s")
        @Transactional(isolation = Isolation.SERIALIZABLE)
        public long change(int shift, int doctor) {
            return body.change(shift, doctor);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** A doctor goes off call if all are on call, and else is on call. Returns how many were on call before. */
        long change(int shift, int doctor) {
            long onCall = jdbc.sql("SELECT count(*) FROM duty WHERE shift = ? AND on_call")
                    .param(shift)
                    .query(Long.class)
                    .single();
            jdbc.sql("UPDATE duty SET on_call = ? WHERE shift = ? AND doctor = ?")
                    .params(onCall < DOCTORS, shift, doctor)
                    .update();
            return onCall;
        }
    }

    @Override
    public String name() {
        return "on-call";
    }

    @Override
    public String title() {
        return "Two doctors who go off call";
    }

    @Override
    public Theme theme() {
        return Theme.EDITS;
    }

    @Override
    public String problem() {
        return "Both see that the other is on call, both go off, and nobody is left.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS duty (shift int, doctor int, on_call bool, PRIMARY KEY (shift, doctor))")
                .update();
        jdbc.sql("TRUNCATE duty").update();
        jdbc.sql("INSERT INTO duty SELECT s, d, true FROM generate_series(1, ?) s, generate_series(1, ?) d")
                .params(SHIFTS, DOCTORS)
                .update();
        jdbc.sql("ANALYZE duty").update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.change(shift(caller), doctor(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.change(shift(caller), doctor(caller));
    }

    private static int shift(int caller) {
        return 1 + caller / DOCTORS * APART;
    }

    private static int doctor(int caller) {
        return 1 + caller % DOCTORS;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long foundDeserted =
                answers.promises().stream().filter(onCall -> onCall == 0).count();
        long leftDeserted = jdbc.sql(
                        "SELECT count(*) FROM (SELECT FROM duty GROUP BY shift HAVING NOT bool_or(on_call)) deserted")
                .query(Long.class)
                .single();
        return compare(foundDeserted, leftDeserted, answers.failed());
    }

    static List<Violation> compare(long foundDeserted, long leftDeserted, long failed) {
        return Violation.among(
                new Violation(foundDeserted, foundDeserted + " doctors came back to a shift with nobody on call"),
                new Violation(leftDeserted, leftDeserted + " shifts are left with nobody on call"),
                Violation.failed(failed));
    }
}
