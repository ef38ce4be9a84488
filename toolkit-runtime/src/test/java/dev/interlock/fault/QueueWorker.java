package dev.interlock.fault;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.queue.Job;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A JVM at work on the queues of its scene, from {@code START} to {@code STOP}. At {@code STAND <queue>} the next handler of that
 * queue tells {@code AT-<queue>} and stands where it is until {@code GO}.
 */
final class QueueWorker {

    final WorkerLink link;
    final QueueSite site;
    private final Set<String> armed = ConcurrentHashMap.newKeySet();
    private final Semaphore go = new Semaphore(0);

    private QueueWorker(WorkerLink link, HikariDataSource pool) {
        this.link = link;
        this.site = new QueueSite(pool, link.parameter("namespace"), Duration.ofMillis(link.number("lease")));
    }

    /** What {@link #main} is to be started with. */
    static Map<String, String> parameters(
            String url, String user, String namespace, Class<? extends QueueScene> scene) {
        Map<String, String> parameters = new HashMap<>();
        parameters.put("url", url);
        parameters.put("user", user);
        parameters.put("namespace", namespace);
        parameters.put("scene", scene.getName());
        parameters.put("lease", Long.toString(QueueSite.LEASE.toMillis()));
        return parameters;
    }

    public static void main(String[] arguments) {
        WorkerLink.run(arguments, link -> {
            PGSimpleDataSource direct = new PGSimpleDataSource();
            direct.setUrl(link.parameter("url"));
            direct.setUser(link.parameter("user"));
            HikariConfig config = new HikariConfig();
            config.setDataSource(direct);
            config.setMaximumPoolSize(20);
            config.setMinimumIdle(1);
            try (HikariDataSource pool = new HikariDataSource(config)) {
                new QueueWorker(link, pool).run();
            }
        });
    }

    private void run() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch stop = new CountDownLatch(1);
        link.on("START", nothing -> start.countDown());
        link.on("STOP", nothing -> stop.countDown());
        link.on("STAND", armed::add);
        link.on("GO", nothing -> go.release());
        QueueScene scene = Class.forName(link.parameter("scene"))
                .asSubclass(QueueScene.class)
                .getDeclaredConstructor()
                .newInstance();
        scene.open(this);
        link.listen();
        link.tell("READY", link.parameter("name"));
        start.await();
        site.queues.start();
        scene.start();
        stop.await();
        scene.stop();
        site.queues.close();
        link.tell("DONE", link.parameter("name"));
    }

    String name() {
        return link.parameter("name");
    }

    /** Stands here if told to. */
    void pass(String queue, UUID job) {
        if (armed.remove(queue)) {
            link.tell("AT-" + queue, job);
            go.acquireUninterruptibly();
        }
    }

    /** Writes down, in the transaction at hand, that it was done; tells {@code LATE} if its claim was lost before the commit. */
    void effect(long number, Job job) {
        site.effect(job.queue(), job.id(), number, job.attempt(), name());
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                if (status != STATUS_COMMITTED && job.isLost()) {
                    link.tell("LATE", job.id());
                }
            }
        });
    }
}
