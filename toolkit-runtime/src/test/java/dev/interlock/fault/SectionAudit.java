package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.InterlockException;
import dev.interlock.lock.LockLostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Calls of {@link Sections}, what each was told, and whether the database agrees. Thread-safe. */
final class SectionAudit {

    /** What a caller may conclude from how its call ended. */
    enum Told {
        DONE,
        NOT_DONE,
        /** Both are possible: the answer to COMMIT was lost, or the lock was lost after it. */
        UNKNOWN
    }

    private final Sections sections;
    private final JdbcClient jdbc;
    private final AtomicLong calls = new AtomicLong();
    private final Map<Long, Told> told = new ConcurrentHashMap<>();
    private final Map<String, Integer> endings = new ConcurrentHashMap<>();

    SectionAudit(Sections sections, DataSource direct, int keys) {
        this.sections = sections;
        this.jdbc = JdbcClient.create(direct);
        jdbc.sql("CREATE TABLE IF NOT EXISTS fault_sections (key int PRIMARY KEY, value int NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS fault_log (call bigint, key int, value int)")
                .update();
        jdbc.sql("TRUNCATE fault_sections, fault_log").update();
        jdbc.sql("INSERT INTO fault_sections SELECT k, 0 FROM generate_series(0, ? - 1) k")
                .param(keys)
                .update();
    }

    /** One call, never throwing what it ended with. */
    Told call(int key, Runnable between) {
        long call = calls.incrementAndGet();
        Told end;
        try {
            sections.run(call, key, between);
            end = Told.DONE;
            count("done");
        } catch (RuntimeException failure) {
            end = told(failure);
            count(failure.getClass().getSimpleName() + " " + end);
        }
        told.put(call, end);
        return end;
    }

    /** An exception of the body or before it means that COMMIT was not sent. */
    private static Told told(RuntimeException failure) {
        if (failure instanceof LockLostException lost) {
            return lost.effects() == LockLostException.Effects.ROLLED_BACK ? Told.NOT_DONE : Told.UNKNOWN;
        }
        if (failure instanceof TransactionSystemException broken) {
            return broken.getApplicationException() != null ? Told.NOT_DONE : Told.UNKNOWN; // else COMMIT itself failed
        }
        return failure instanceof InterlockException
                        || failure instanceof DataAccessException
                        || failure instanceof CannotCreateTransactionException
                ? Told.NOT_DONE
                : Told.UNKNOWN;
    }

    private void count(String ending) {
        endings.merge(ending, 1, Integer::sum);
    }

    /** How many updates were overwritten by one that had not read them. */
    int lost() {
        return number("SELECT (SELECT count(*) FROM fault_log) - (SELECT sum(value) FROM fault_sections)");
    }

    /** Nothing lost, nothing twice, and every definite answer true. */
    void assertHonest() {
        assertThat(lost()).as("lost updates; %s", this).isZero();
        assertThat(number("SELECT count(*) FROM (SELECT 1 FROM fault_log GROUP BY key, value HAVING count(*) > 1) d"))
                .as("values written twice; %s", this)
                .isZero();
        Set<Long> committed = new HashSet<>(
                jdbc.sql("SELECT call FROM fault_log").query(Long.class).list());
        assertThat(committed).as("calls that were told they are done").containsAll(calls(Told.DONE));
        assertThat(committed).as("calls that were told they are not done").doesNotContainAnyElementsOf(orNone());
    }

    /** AssertJ wants at least one element. */
    private Collection<Long> orNone() {
        Set<Long> notDone = calls(Told.NOT_DONE);
        notDone.add(-1L);
        return notDone;
    }

    private Set<Long> calls(Told end) {
        Set<Long> some = new HashSet<>();
        told.forEach((call, how) -> {
            if (how == end) {
                some.add(call);
            }
        });
        return some;
    }

    private int number(String sql) {
        return jdbc.sql(sql).query(Integer.class).single();
    }

    @Override
    public String toString() {
        return new TreeMap<>(endings).toString();
    }
}
