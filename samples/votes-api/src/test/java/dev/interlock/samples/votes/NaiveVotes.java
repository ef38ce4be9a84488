package dev.interlock.samples.votes;

import java.util.concurrent.ExecutorService;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The same written without queues: each vote counted by the thread of its request, or by whichever thread of a pool is free. */
record NaiveVotes(JdbcClient jdbc, TransactionOperations transactions) {

    /** Tables of the same columns, without what would be the last word. */
    void createTables() {
        jdbc.sql("DROP TABLE IF EXISTS naive_tally, naive_vote, naive_accepted").update();
        jdbc.sql("CREATE TABLE naive_tally AS SELECT 0 AS votes").update();
        jdbc.sql("CREATE TABLE naive_vote (accepted bigint, voter text, number integer)")
                .update();
        jdbc.sql("CREATE TABLE naive_accepted (id bigserial PRIMARY KEY, voter text)")
                .update();
    }

    /** Reads the tally, then writes the next one. */
    void count() {
        transactions.executeWithoutResult(status -> {
            int votes = jdbc.sql("SELECT votes FROM naive_tally")
                    .query(Integer.class)
                    .single();
            jdbc.sql("UPDATE naive_tally SET votes = ?").param(votes + 1).update();
        });
    }

    /** Looks whether the user has voted, then votes. */
    void countOnce(String voter) {
        transactions.executeWithoutResult(status -> {
            boolean voted = jdbc.sql("SELECT EXISTS (SELECT FROM naive_vote WHERE voter = ?)")
                    .param(voter)
                    .query(Boolean.class)
                    .single();
            if (!voted) {
                jdbc.sql("INSERT INTO naive_vote (voter) VALUES (?)")
                        .param(voter)
                        .update();
            }
        });
    }

    /** Accepts a vote and leaves it to the threads to count it, as {@code @Async} does. */
    void accept(String voter, ExecutorService threads) {
        long accepted = jdbc.sql("INSERT INTO naive_accepted (voter) VALUES (?) RETURNING id")
                .param(voter)
                .query(Long.class)
                .single();
        threads.execute(() -> countLater(accepted, voter));
    }

    private void countLater(long accepted, String voter) {
        transactions.executeWithoutResult(status -> {
            int number = jdbc.sql("UPDATE naive_tally SET votes = votes + 1 RETURNING votes")
                    .query(Integer.class)
                    .single();
            jdbc.sql("INSERT INTO naive_vote (accepted, voter, number) VALUES (?, ?, ?)")
                    .params(accepted, voter, number)
                    .update();
        });
    }
}
