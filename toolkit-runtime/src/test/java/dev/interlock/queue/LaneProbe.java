package dev.interlock.queue;

import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.Jitter;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** Looks at the lanes of a fixture in the tables, past everything that could keep them in memory. */
final class LaneProbe {

    /** What the tests submit. */
    record Vote(String post, int number) {}

    private final QueueFixture fixture;

    LaneProbe(QueueFixture fixture) {
        this.fixture = fixture;
    }

    /** Waits for something that takes no longer than a moment, however slow the machine is. */
    static void eventually(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(10))
                .until(condition);
    }

    static List<Vote> votes(String post, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> new Vote(post, number))
                .toList();
    }

    /** Of a builder whose attempts follow each other at once. */
    static <T> SequencedQueueBuilder<T> impatient(SequencedQueueBuilder<T> builder, int attempts) {
        return builder.maxAttempts(attempts).backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1), Jitter.NONE);
    }

    private String prefix() {
        return fixture.namespace.value() + "/%";
    }

    /** What handlers have written down, in the order of their transactions as far as those did not overlap. */
    List<String> effects() {
        return fixture.jdbc
                .sql("SELECT job FROM queue_effect WHERE namespace = ? ORDER BY xmin::text::bigint")
                .param(fixture.namespace.value())
                .query(String.class)
                .list();
    }

    /** Submissions by state. */
    long submissions(String state) {
        return number("SELECT count(*) FROM interlock_submission WHERE queue LIKE ? AND state = '" + state + "'");
    }

    /** Rows of the three tables. */
    long rows(String table) {
        return number("SELECT count(*) FROM " + table + " WHERE queue LIKE ?");
    }

    /** Lanes that nobody would look at although something is in them. */
    long forgotten() {
        return number("""
                SELECT count(*) FROM interlock_lane_end e LEFT JOIN interlock_lane l ON l.id = e.lane
                WHERE e.queue LIKE ? AND e.last_seq > coalesce(l.done_seq, 0) AND coalesce(l.state, 'idle') = 'idle'
                """);
    }

    /** Lanes that are not idle. */
    long busy() {
        return number("SELECT count(*) FROM interlock_lane WHERE queue LIKE ? AND state <> 'idle'");
    }

    private long number(String sql) {
        return fixture.jdbc.sql(sql).param(prefix()).query(Long.class).single();
    }

    String stateOfLane(UUID submission) {
        return fixture.jdbc
                .sql("SELECT l.state FROM interlock_lane l JOIN interlock_submission s ON s.lane = l.id WHERE s.id = ?")
                .param(submission)
                .query(String.class)
                .single();
    }

    int attempts(UUID submission) {
        return fixture.jdbc
                .sql("SELECT attempts FROM interlock_submission WHERE id = ?")
                .param(submission)
                .query(Integer.class)
                .single();
    }

    /** Changes the row of a submission behind the back of everybody. */
    void alter(UUID submission, String assignments) {
        fixture.jdbc
                .sql("UPDATE interlock_submission SET " + assignments + " WHERE id = ?")
                .param(submission)
                .update();
    }
}
