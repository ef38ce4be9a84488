package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.postgres.PostgresConflicts;
import dev.interlock.queue.LaneProbe.Vote;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.EscalationLocks;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Transactions that submit for the same keys in opposite orders. */
class SequencedDeadlockTest {

    private final QueueFixture fixture = new QueueFixture(6);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        fixture.close();
    }

    @Test
    void keysInOppositeOrderDeadlockAndARetryMendsThat() throws Exception {
        SequencedQueue<Vote> votes =
                fixture.queues().sequenced("votes", Vote.class).create();
        Throwable failure = catchThrowable(() -> crossing(votes, Callable::call));
        assertThat(failure)
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, sql -> assertThat(sql.getSQLState()).isEqualTo("40P01"));
        assertThat(probe.submissions("waiting")).isEqualTo(2);

        ConflictRetry retry = retry();
        crossing(votes, body -> retry.call(body::call));
        assertThat(probe.submissions("waiting")).isEqualTo(6);
        assertThat(votes.submit(new Vote("a", 0), "a").sequence()).isEqualTo(4);
    }

    private ConflictRetry retry() {
        EscalationLocks none = new EscalationLocks() {
            @Override
            public EscalationLock define(
                    GuardedMethod method, String where, String name, String[] key, GuardProblems problems) {
                throw new AssertionError("nothing escalates here");
            }

            @Override
            public EscalationLock of(String name, Object... key) {
                throw new AssertionError("nothing escalates here");
            }
        };
        return new ConflictRetry(
                new PostgresConflicts(),
                new RetryBudgets(RetryBudgets.Settings.DEFAULT, Clock.SYSTEM),
                new RetryCounts(),
                none,
                Clock.SYSTEM,
                fixture.pool);
    }

    /** How the transaction of a producer is called. */
    private interface Around {
        void call(Callable<Void> transaction) throws Exception;
    }

    /** Two transactions with the same two keys, each of which has one before either asks for the other. */
    private void crossing(SequencedQueue<Vote> votes, Around around) throws Exception {
        CyclicBarrier each = new CyclicBarrier(2);
        List<Future<Void>> both = new ArrayList<>();
        for (List<String> keys : List.of(List.of("a", "b"), List.of("b", "a"))) {
            AtomicInteger tries = new AtomicInteger();
            both.add(threads.submit(() -> {
                around.call(() -> {
                    fixture.transactions.executeWithoutResult(status -> {
                        votes.submit(new Vote(keys.get(0), 1), keys.get(0));
                        if (tries.getAndIncrement() == 0) {
                            meet(each);
                        }
                        votes.submit(new Vote(keys.get(1), 1), keys.get(1));
                    });
                    return null;
                });
                return null;
            }));
        }
        Exception failed = null;
        for (Future<Void> one : both) {
            try {
                one.get();
            } catch (ExecutionException failure) {
                failed = failure;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static void meet(CyclicBarrier each) {
        try {
            each.await(30, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
