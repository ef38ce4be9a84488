package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.fault.Charges.Arm;
import dev.interlock.guard.Clock;
import dev.interlock.postgres.PostgresLeases;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Workers are killed with {@code kill -9}, or stopped past their lease, at every point of an idempotent call, and another
 * JVM repeats the call. The profile {@code faults} asks for more kills.
 */
class KilledCallsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int KILLS = Integer.getInteger("interlock.faults.call-kills", 20);
    private static final int READY_AHEAD = 2;
    private static final List<Arm> ARMS = List.of(Arm.TRANSACTIONAL, Arm.RETRY, Arm.HOLD, Arm.TRANSACTIONAL);

    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Deque<WorkerProcess> ready = new ArrayDeque<>();

    /** Both modes, with points in the store of leases. */
    static final class Wired implements Wiring {

        @Override
        public InterlockContext context(WorkerLink parameters, DataSource pool, DataSource direct) {
            return FaultContext.on(pool, direct, "locks of " + parameters.parameter("name"))
                    .leases(points ->
                            new PointedLeases(new PostgresLeases(pool, Clock.SYSTEM), points.getBean(Points.class)));
        }
    }

    @BeforeEach
    void prepare() {
        Charges.createTable(jdbc);
        jdbc.sql("CREATE TABLE IF NOT EXISTS fault_answers (key text, answer text)")
                .update();
        jdbc.sql("TRUNCATE fault_answers").update();
    }

    @AfterEach
    void endWorkers() {
        workers.forEach(WorkerProcess::killHard);
        workers.forEach(WorkerProcess::close);
        workers.clear();
    }

    private WorkerProcess start() {
        WorkerProcess worker = WorkerProcess.start(
                "charger-" + workers.size(),
                ChargeWorker.class,
                WorkerContext.parameters(
                        PostgresServer.url(), PostgresServer.user(), Wired.class, Charges.class, Map.of()));
        workers.add(worker);
        return worker;
    }

    private WorkerProcess started() {
        WorkerProcess worker = start();
        worker.await("READY", LIMIT);
        return worker;
    }

    @Test
    void aCallWhoseWorkerWasKilledIsRepeatedByAnother() {
        Map<String, Integer> summary = new TreeMap<>();
        WorkerProcess survivor = started();
        for (int i = 0; i < KILLS; i++) {
            while (ready.size() < READY_AHEAD && workers.size() <= KILLS) {
                ready.add(start());
            }
            CallPoint point = CallPoint.values()[i % CallPoint.values().length];
            Arm arm = ARMS.get(i / CallPoint.values().length % ARMS.size());
            WorkerProcess killed = ready.remove();
            killed.await("READY", LIMIT);
            String key = "key-" + i;
            killAt(point, arm, key, killed);
            summary.merge(arm + " " + point + ": " + repeat(point, arm, key, survivor), 1, Integer::sum);
        }
        System.out.println("kill -9 and repetition by another JVM, " + KILLS + " times " + summary);
    }

    private static void killAt(CallPoint point, Arm arm, String key, WorkerProcess worker) {
        worker.send("PAUSE " + point);
        worker.send("CHARGE " + arm + " " + key);
        worker.await("AT", LIMIT);
        worker.killHard();
        worker.awaitExit(LIMIT);
    }

    /** @return what the repetition came to */
    private String repeat(CallPoint point, Arm arm, String key, WorkerProcess survivor) {
        survivor.send("CHARGE " + arm + " " + key);
        boolean unknown = arm == Arm.HOLD && point.compareTo(CallPoint.BEFORE_COMMIT) <= 0;
        if (unknown) {
            assertThat(survivor.await("FAILED", LIMIT).text()).isEqualTo("OutcomeUnknownException");
            assertThat(effects(key)).isEqualTo(point == CallPoint.CLAIMED ? 0 : 1);
            return "held, effects " + effects(key);
        }
        String answer = survivor.await("ANSWER", LIMIT).text();
        survivor.send("CHARGE " + arm + " " + key);
        assertThat(survivor.await("ANSWER", LIMIT).text())
                .as("second repetition")
                .isEqualTo(answer);
        boolean again = arm == Arm.RETRY && (point == CallPoint.EFFECT_WRITTEN || point == CallPoint.BEFORE_COMMIT);
        assertThat(effects(key)).as("%s killed at %s", arm, point).isEqualTo(again ? 2 : 1);
        assertThat(downstreamKeys(key)).as("downstream keys").isEqualTo(1);
        return "answered, effects " + effects(key);
    }

    private int effects(String key) {
        return count("SELECT count(*) FROM fault_charges WHERE key = '" + key + "'");
    }

    private int downstreamKeys(String key) {
        return count("SELECT count(DISTINCT downstream) FROM fault_charges WHERE key = '" + key + "'");
    }

    private int count(String sql) {
        return jdbc.sql(sql).query(Integer.class).single();
    }

    @Test
    void controlArmChargesTwice() {
        WorkerProcess killed = started();
        WorkerProcess survivor = started();
        killAt(CallPoint.AFTER_COMMIT, Arm.UNGUARDED, "key", killed);
        survivor.send("CHARGE " + Arm.UNGUARDED + " key");
        survivor.await("ANSWER", LIMIT);
        assertThat(effects("key")).isEqualTo(2);
    }

    /** The first wakes up while its successor is at work, and may do whatever it likes. */
    @Test
    void aWorkerThatWasStoppedPastItsLeaseChangesNothingOfItsSuccessors() throws Exception {
        WorkerProcess first = started();
        WorkerProcess second = started();
        for (CallPoint point : List.of(CallPoint.EFFECT_WRITTEN, CallPoint.BEFORE_COMMIT)) {
            String key = "stopped-at-" + point;
            first.send("PAUSE " + point);
            first.send("CHARGE " + Arm.RETRY + " " + key);
            first.await("AT", LIMIT);
            first.pause();
            second.send("PAUSE " + CallPoint.EFFECT_WRITTEN);
            second.send("CHARGE " + Arm.RETRY + " " + key);
            second.await("AT", LIMIT);
            String before = record();
            first.send("GO");
            first.resume();
            Clock.SYSTEM.sleep(Duration.ofMillis(1_500));
            assertThat(record())
                    .as("owner and state while the successor is at work")
                    .isEqualTo(before);
            assertThat(first.has("ANSWER")).isFalse();
            second.send("GO");
            String answer = second.await("ANSWER", LIMIT).text();
            assertThat(answer).contains("by=" + second.name());
            assertThat(first.await("ANSWER", LIMIT).text()).isEqualTo(answer);
            jdbc.sql("TRUNCATE interlock_idempotency").update();
        }
    }

    private String record() {
        return jdbc.sql("SELECT owner || ' ' || fence || ' ' || state FROM interlock_idempotency")
                .query(String.class)
                .single();
    }

    @Test
    void tenThousandCallsOfAThousandKeysFromTwoProcessesHaveAThousandEffects() {
        WorkerProcess one = start();
        WorkerProcess other = start();
        List.of(one, other).forEach(worker -> worker.await("READY", LIMIT));
        List.of(one, other).forEach(worker -> worker.send("MANY " + Arm.TRANSACTIONAL + " 1000 5000"));
        List.of(one, other).forEach(worker -> worker.await("DONE", LIMIT.multipliedBy(3)));
        assertThat(count("SELECT count(*) FROM fault_answers")).isEqualTo(10_000);
        assertThat(count("SELECT count(*) FROM fault_charges")).isEqualTo(1_000);
        assertThat(count("SELECT count(DISTINCT (key, answer)) FROM fault_answers"))
                .isEqualTo(1_000);
        assertThat(count("SELECT count(DISTINCT worker) FROM fault_charges"))
                .as("both have had effects")
                .isEqualTo(2);
    }
}
