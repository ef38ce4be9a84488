package dev.interlock.fault;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.jdbc.RowClaims;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Claims rows in batches, from several threads, until there are none, and notes each in the transaction of its claim. */
final class ClaimWorker {

    private final WorkerLink link;
    private final RowClaims<Task> tasks;
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;

    record Task(long id, String worker) {}

    private ClaimWorker(WorkerLink link, HikariDataSource pool) {
        this.link = link;
        this.tasks = RowClaims.of(pool, "fault_task", Task.class)
                .where("status = 'OPEN'")
                .orderBy("id")
                .set("status", "TAKEN")
                .columns("worker");
        this.jdbc = JdbcClient.create(pool);
        this.transactions = new TransactionTemplate(new DataSourceTransactionManager(pool));
    }

    public static void main(String[] arguments) {
        WorkerLink.run(arguments, link -> {
            PGSimpleDataSource direct = new PGSimpleDataSource();
            direct.setUrl(link.parameter("url"));
            direct.setUser(link.parameter("user"));
            HikariConfig config = new HikariConfig();
            config.setDataSource(direct);
            config.setMaximumPoolSize(link.number("threads"));
            try (HikariDataSource pool = new HikariDataSource(config)) {
                new ClaimWorker(link, pool).run();
            }
        });
    }

    private void run() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        link.on("START", nothing -> start.countDown());
        link.listen();
        link.tell("READY", link.parameter("name"));
        start.await();
        ExecutorService threads = Executors.newFixedThreadPool(link.number("threads"));
        try {
            List<Future<Long>> claimed = new ArrayList<>();
            for (int i = 0; i < link.number("threads"); i++) {
                claimed.add(threads.submit((Callable<Long>) this::claimAll));
            }
            long all = 0;
            for (Future<Long> one : claimed) {
                all += one.get();
            }
            link.tell("DONE", all);
        } finally {
            threads.shutdownNow();
        }
    }

    private long claimAll() {
        long claimed = 0;
        while (true) {
            Integer batch = transactions.execute(status -> claim());
            if (batch == null || batch == 0) {
                return claimed;
            }
            claimed += batch;
        }
    }

    private int claim() {
        List<Task> mine = tasks.claim(link.number("batch"), Map.of("worker", link.parameter("name")));
        jdbc.sql("INSERT INTO fault_claim SELECT id, ? FROM unnest(?) id")
                .params(link.parameter("name"), mine.stream().map(Task::id).toArray(Long[]::new))
                .update();
        return mine.size();
    }
}
