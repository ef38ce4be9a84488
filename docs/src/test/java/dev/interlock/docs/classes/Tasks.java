package dev.interlock.docs.classes;

import dev.interlock.jdbc.RowClaims;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

// tag::tasks[]
@Repository
class Tasks {

    private final RowClaims<Task> tasks;
    // end::tasks[]
    private final JdbcClient jdbc;
    // tag::tasks[]

    Tasks(DataSource dataSource, JdbcClient jdbc) {
        // end::tasks[]
        this.jdbc = jdbc;
        // tag::tasks[]
        this.tasks = RowClaims.of(dataSource, "task", Task.class)
                .where("status = 'OPEN'")
                .orderBy("created_at", "id")
                .set("status", "TAKEN")
                .columns("worker");
    }

    List<Task> take(int most, String worker) {
        return tasks.claim(most, Map.of("worker", worker)); // each task goes to one worker
    }

    @Transactional
    public int doSome(int most, String worker) {
        List<Task> mine = tasks.claim(most, Map.of("worker", worker));
        mine.forEach(this::work); // if one fails, all are free again
        return mine.size();
    }
    // end::tasks[]

    private void work(Task task) {
        if (task.worker().equals("clumsy")) {
            throw new IllegalStateException("Dropped it");
        }
    }

    // tag::naive[]
    List<Long> takeNaively(int most) {
        List<Long> open = jdbc.sql("SELECT id FROM task WHERE status = 'OPEN' ORDER BY created_at, id LIMIT ?")
                .param(most)
                .query(Long.class)
                .list();
        open.forEach(id -> jdbc.sql("UPDATE task SET status = 'TAKEN' WHERE id = ?")
                .param(id)
                .update());
        return open; // others may have read the same ones
    }
    // end::naive[]
    // tag::tasks[]
}
// end::tasks[]
