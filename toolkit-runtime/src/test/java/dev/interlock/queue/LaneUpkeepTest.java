package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.LaneProbe.Vote;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node does for lanes that somebody else has locked. */
class LaneUpkeepTest {

    private final QueueFixture fixture = new QueueFixture(4);
    private final LaneProbe probe = new LaneProbe(fixture);

    @AfterEach
    void close() {
        fixture.close();
    }

    /** As after a connection that broke while the server had the row locked: the node's one thread goes on. */
    @Test
    void upkeepNeverWaitsForALaneThatIsLocked() throws Exception {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class).create();
        Submission one = votes.submit(new Vote("a", 1), "a");
        LaneStore store = new LaneStore();
        try (Connection own = PostgresServer.direct().getConnection();
                var statement = own.createStatement()) {
            statement.execute("SET lock_timeout = '2s'");
            Claim claim = store.claim(own, UUID.randomUUID(), fixture.namespace.value() + "/votes", 1, 1)
                    .lanes()
                    .get(0)
                    .claim();
            fixture.transactions.executeWithoutResult(status -> {
                fixture.jdbc
                        .sql("SELECT 1 FROM interlock_lane WHERE id = ? FOR UPDATE")
                        .param(claim.id())
                        .query(Integer.class)
                        .single();
                try {
                    store.giveBack(own, List.of(claim), true, Duration.ZERO);
                    store.sweep(own);
                    store.pulse(own, List.of("x"));
                    store.tend(own);
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            assertThat(probe.stateOfLane(one.id())).isEqualTo("running");
            store.giveBack(own, List.of(claim), true, Duration.ZERO);
            assertThat(probe.stateOfLane(one.id())).isEqualTo("later");
        }
    }
}
