package dev.interlock.fault;

import dev.interlock.testing.InterlockContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Faults of the Postgres that holds session locks and the data. */
class PostgresFaultTest extends ServerFaultContract {

    private static final String ENGINE = "fault-test locks";
    private static final Duration LONGER_THAN_AN_ANSWER = Duration.ofSeconds(7);

    @Override
    Stream<Faulty> faults() {
        Stream<Faulty> quick = Stream.of(
                Faulty.of("lock backends terminated", () -> terminate("application_name = '" + ENGINE + "'"), () -> {}),
                Faulty.of("all backends terminated", () -> terminate("backend_type = 'client backend'"), () -> {}),
                Faulty.of("Postgres restarted", postgres()::stopFast, postgres()::start),
                Faulty.of("Postgres killed and restarted", postgres()::killHard, postgres()::start));
        return Boolean.getBoolean("interlock.faults.long") ? Stream.concat(quick, Stream.of(new Frozen())) : quick;
    }

    private void terminate(String which) {
        JdbcClient.create(postgres().direct())
                .sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                        + which)
                .query(Boolean.class)
                .list();
    }

    @Override
    Class<? extends Sections> bean() {
        return Sections.InSession.class;
    }

    @Override
    InterlockContext context(DataSource pool, DataSource direct) {
        return FaultContext.on(pool, direct, ENGINE);
    }

    /** The processes that serve the lock connections stand still, longer than anybody waits for an answer. */
    private final class Frozen implements Faulty {

        private final List<SignalStop> stopped = new ArrayList<>();

        @Override
        public void breakIt() {
            JdbcClient.create(postgres().direct())
                    .sql("SELECT pid FROM pg_stat_activity WHERE application_name = ?")
                    .param(ENGINE)
                    .query(Long.class)
                    .list()
                    .forEach(pid -> stopped.add(SignalStop.of(pid)));
            LockSupport.parkNanos(LONGER_THAN_AN_ANSWER.toNanos());
        }

        @Override
        public void heal() {
            stopped.forEach(SignalStop::close);
            stopped.clear();
        }

        @Override
        public String toString() {
            return "lock backends frozen";
        }
    }
}
