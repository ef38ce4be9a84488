package dev.interlock.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Claims jobs of one work queue. */
record JobIntake<T>(
        String queue, JobStore store, Attempt.Setup<T> setup, Payloads<T> payloads, JobEnds ends, Runnable announce)
        implements Intake {

    @Override
    public Catch claim(Connection connection, UUID node, int most) throws SQLException {
        JobStore.Claims claims = store.claim(connection, node, queue, most);
        List<Unit> units = new ArrayList<>(claims.jobs().size());
        for (JobStore.Claimed job : claims.jobs()) {
            units.add(new JobUnit<>(setup, payloads, ends, job, announce));
        }
        return new Catch(units, claims.more());
    }
}
