package dev.interlock.samples.votes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The control arms: without the queues the same voters at the same database go wrong, or the other tests prove nothing. */
@ServiceTest
class NaiveVotesTest {

    private static final int VOTERS = 64;
    private static final int ROUNDS = 5;
    private static final Race RACE = Race.callers(VOTERS).rounds(ROUNDS);

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    private NaiveVotes votes;

    @BeforeEach
    void open() {
        votes = new NaiveVotes(jdbc, transactions);
        votes.createTables();
    }

    @Test
    void countedInTheRequestVotesAreLost() throws Exception {
        RACE.runAll(caller -> votes.count()).requireNoFailure();

        assertThat(new Tables(jdbc).number("SELECT votes FROM naive_tally")).isLessThan(ROUNDS * VOTERS);
    }

    @Test
    void withoutAConstraintAUserVotesAgain() throws Exception {
        RACE.runAll(caller -> votes.countOnce("user-" + caller.round())).requireNoFailure();

        assertThat(new Tables(jdbc).number("SELECT count(*) FROM naive_vote")).isGreaterThan(ROUNDS);
    }

    @Test
    void countedByAPoolOfThreadsVotesAreOutOfOrder() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            RACE.runAll(caller -> votes.accept("user-" + caller.number(), threads))
                    .requireNoFailure();
        } finally {
            threads.shutdown();
        }
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();

        List<Long> accepted = jdbc.sql("SELECT accepted FROM naive_vote ORDER BY number")
                .query(Long.class)
                .list();
        assertThat(accepted).hasSize(ROUNDS * VOTERS);
        assertThat(accepted).isNotEqualTo(accepted.stream().sorted().toList());
    }

    @Test
    void countedByAPoolOfThreadsVotesAreLostWithTheirProcess() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);

        transactions.execute(status -> {
            jdbc.sql("SELECT votes FROM naive_tally FOR UPDATE")
                    .query(Integer.class)
                    .single();
            for (int i = 0; i < VOTERS; i++) {
                votes.accept("user-" + i, threads);
            }
            return threads.shutdownNow();
        });
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();

        Tables tables = new Tables(jdbc);
        assertThat(tables.number("SELECT count(*) FROM naive_vote"))
                .isLessThan(tables.number("SELECT count(*) FROM naive_accepted"));
    }
}
