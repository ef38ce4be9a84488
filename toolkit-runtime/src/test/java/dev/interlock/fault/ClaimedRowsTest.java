package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Several JVMs claim the rows of one table. */
class ClaimedRowsTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int ROWS = Integer.getInteger("interlock.faults.claims", 100_000);
    private static final int WORKERS = 3;

    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private final List<WorkerProcess> workers = new ArrayList<>();

    @BeforeEach
    void fill() {
        for (String statement : List.of(
                "DROP TABLE IF EXISTS fault_task, fault_claim",
                "CREATE TABLE fault_task (id bigint PRIMARY KEY, status text NOT NULL, worker text)",
                "CREATE TABLE fault_claim (id bigint NOT NULL, worker text NOT NULL)",
                "INSERT INTO fault_task SELECT n, 'OPEN' FROM generate_series(1, " + ROWS + ") n",
                "CREATE INDEX fault_task_open ON fault_task (id) WHERE status = 'OPEN'",
                "ANALYZE fault_task")) {
            jdbc.sql(statement).update();
        }
    }

    @AfterEach
    void end() {
        workers.forEach(WorkerProcess::close);
        jdbc.sql("DROP TABLE IF EXISTS fault_task, fault_claim").update();
    }

    @Test
    void everyRowIsClaimedByOneOfThreeProcesses() {
        for (int i = 0; i < WORKERS; i++) {
            workers.add(WorkerProcess.start(
                    "claimer-" + i,
                    ClaimWorker.class,
                    Map.of(
                            "url",
                            PostgresServer.url(),
                            "user",
                            PostgresServer.user(),
                            "threads",
                            "2",
                            "batch",
                            "100")));
        }
        workers.forEach(worker -> worker.await("READY", LIMIT));
        workers.forEach(worker -> worker.send("START"));
        List<Long> claimed = workers.stream()
                .map(worker -> Long.parseLong(worker.await("DONE", LIMIT).text()))
                .toList();
        System.out.println("rows claimed by each of " + WORKERS + " processes: " + claimed);

        assertThat(claimed).allMatch(count -> count > 0);
        assertThat(claimed.stream().mapToLong(Long::longValue).sum()).isEqualTo(ROWS);
        assertThat(number("SELECT count(*) FROM fault_claim")).isEqualTo(ROWS);
        assertThat(number("SELECT count(DISTINCT id) FROM fault_claim")).isEqualTo(ROWS);
        assertThat(number("SELECT count(*) FROM fault_task t JOIN fault_claim c ON c.id = t.id AND c.worker = t.worker"
                        + " WHERE t.status = 'TAKEN'"))
                .isEqualTo(ROWS);
    }

    private long number(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }
}
