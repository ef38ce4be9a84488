package dev.interlock.fault;

import dev.interlock.InterlockException;
import dev.interlock.lock.LockLostException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Increments one row in a loop, from two threads, until told to stop; then says what its callers were told, and holds that
 * against the database.
 */
final class IncrementWorker {

    private static final Duration BETWEEN_CALLS = Duration.ofMillis(1);

    private final WorkerLink link;
    private final Increments increments;
    private final JdbcClient jdbc;
    private final String name;
    private final AtomicLong calls = new AtomicLong();
    private final Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Long> refused = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    private IncrementWorker(WorkerLink link, WorkerContext context) {
        this.link = link;
        this.increments = context.bean(Increments.class);
        this.jdbc = context.jdbc();
        this.name = link.parameter("name");
    }

    public static void main(String[] arguments) {
        WorkerLink.run(arguments, link -> {
            try (WorkerContext context = WorkerContext.open(link)) {
                new IncrementWorker(link, context).run();
            }
        });
    }

    private void run() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        link.on("START", nothing -> start.countDown());
        link.on("STOP", nothing -> stopping = true);
        link.listen();
        link.tell("READY", name);
        start.await();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < link.number("threads"); i++) {
            Thread caller = new Thread(this::loop, "caller-" + i);
            caller.start();
            callers.add(caller);
        }
        for (Thread caller : callers) {
            caller.join();
        }
        link.tell("DONE", summary());
    }

    private void loop() {
        while (!stopping) {
            one(calls.incrementAndGet());
            LockSupport.parkNanos(BETWEEN_CALLS.toNanos());
        }
    }

    private void one(long call) {
        try {
            increments.increment(name, call);
            acknowledged.add(call);
        } catch (LockLostException lost) {
            if (lost.effects() == LockLostException.Effects.ROLLED_BACK) {
                refused.add(call);
            }
            count(LockLostException.class.getSimpleName() + "." + lost.effects());
        } catch (InterlockException refusal) {
            refused.add(call);
            count(refusal.getClass().getSimpleName());
        } catch (RuntimeException | Error unexpected) {
            count("unexpected");
            StringWriter trace = new StringWriter();
            unexpected.printStackTrace(new PrintWriter(trace));
            link.tell("UNEXPECTED", trace.toString().replace("\n", " | "));
        }
    }

    private void count(String failure) {
        failures.merge(failure, 1, Integer::sum);
    }

    /** {@code missing}: told "done" and not there; {@code refuted}: told "not done" and there. */
    private String summary() {
        Map<String, Object> values = new TreeMap<>(failures);
        values.put("calls", calls.get());
        values.put("acknowledged", acknowledged.size());
        values.put("missing", acknowledged.size() - committed(acknowledged));
        values.put("refuted", committed(refused));
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private int committed(Collection<Long> some) {
        return jdbc.sql("SELECT count(*) FROM fault_increments WHERE worker = :worker AND call = ANY(:calls)")
                .param("worker", name)
                .param("calls", some.stream().mapToLong(Long::longValue).toArray())
                .query(Integer.class)
                .single();
    }
}
