package dev.interlock.samples.racelab;

import dev.interlock.jdbc.RowClaims;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Many workers take open tasks from one table, some at a time, and complete them. */
@Component
class TaskScene implements Scene {

    private static final int BATCH = 10;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    TaskScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Task(long id) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public long work(int limit) {
            List<Task> tasks = jdbc.sql("SELECT id FROM task WHERE status = 'OPEN' ORDER BY id LIMIT ?")
                    .param(limit)
                    .query(Task.class)
                    .list();
            jdbc.sql("UPDATE task SET status = 'DONE' WHERE id = ANY (?)")
                    .param(ids(tasks))
                    .update();
            return body.complete(tasks);
        }
    }

    @Component
    static class Guarded {

        private final RowClaims<Task> tasks;
        private final Body body;

        Guarded(DataSource dataSource, Body body) {
            this.tasks = RowClaims.of(dataSource, "task", Task.class)
                    .where("status = 'OPEN'")
                    .orderBy("id")
                    .set("status", "DONE");
            this.body = body;
        }

        @Transactional
        public long work(int limit) {
            return body.complete(tasks.claim(limit));
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many tasks are completed. */
        long complete(List<Task> tasks) {
            return jdbc.sql("INSERT INTO completion (task) SELECT unnest(?)")
                    .param(ids(tasks))
                    .update();
        }
    }

    private static Long[] ids(List<Task> tasks) {
        return tasks.stream().map(Task::id).toArray(Long[]::new);
    }

    @Override
    public String name() {
        return "task-workers";
    }

    @Override
    public String title() {
        return "Tasks completed by many workers";
    }

    @Override
    public Theme theme() {
        return Theme.QUEUES;
    }

    @Override
    public String problem() {
        return "Workers that look at the same time find the same open tasks, and each of them does the work.";
    }

    /** There are some fewer tasks than the workers ask for. */
    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS task (id bigint PRIMARY KEY, status text NOT NULL);
                        CREATE INDEX IF NOT EXISTS task_open ON task (id) WHERE status = 'OPEN';
                        CREATE TABLE IF NOT EXISTS completion (task bigint NOT NULL);
                        TRUNCATE task, completion;
                        INSERT INTO task SELECT id, 'OPEN' FROM generate_series(1, 3000) id""").update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.work(BATCH);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.work(BATCH);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT count(*) AS total, count(DISTINCT task) AS tasks FROM completion")
                .query((row, number) -> compare(answers.promised(), row.getLong("total"), row.getLong("tasks")))
                .single();
    }

    /** Completions that nobody was told of are no violation: a call that failed may have worked. */
    static List<Violation> compare(long promised, long completions, long tasks) {
        long again = completions - tasks;
        long missing = Math.max(0, promised - completions);
        return Violation.among(
                new Violation(again, again + " tasks completed again"),
                new Violation(missing, missing + " of " + promised + " promised completions missing"));
    }
}
