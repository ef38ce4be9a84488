package dev.interlock.spring;

import dev.interlock.queue.Queues;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Works the queues while the application runs.
 *
 * <p>In the last phase: jobs begin when everything else runs, the web server included, and are waited for before anything else
 * stops, so that they find every bean and every service of this process at work. Requests that are still served meanwhile
 * go on to enqueue; their jobs are done by other processes, or after the next start. The stop ends when the jobs have, so no
 * time-out of the phase ({@code spring.lifecycle.timeout-per-shutdown-phase}) cuts it short; it takes the drain time and
 * some seconds at most, and the time that the platform grants must be longer.
 *
 * <p><b>Concurrency.</b> Started and stopped by one thread at a time, as Spring does it.
 */
final class QueueLifecycle implements SmartLifecycle {

    static final String BEAN_NAME = "interlockQueueLifecycle";

    private static final Logger log = LoggerFactory.getLogger(QueueLifecycle.class);

    private final MadeQueues queues;
    private final boolean work;
    private volatile List<Queues> started = List.of();
    private volatile boolean running;

    /** @param work if not, this process only enqueues */
    QueueLifecycle(MadeQueues queues, boolean work) {
        this.queues = queues;
        this.work = work;
    }

    @Override
    public void start() {
        running = true;
        List<Queues> all = queues.all();
        if (work) {
            started = all;
            all.forEach(Queues::start);
        }
        List<String> idle = queues.places().stream()
                .filter(place -> !place.queues().isRunning())
                .map(MadeQueues.Place::name)
                .toList();
        if (!idle.isEmpty()) {
            log.info(
                    "This process only enqueues into queues {}, since {}",
                    idle,
                    work ? "they have no handler here" : "interlock.queue.work=false");
        }
    }

    @Override
    public void stop() {
        try {
            started.forEach(Queues::close);
        } finally {
            running = false;
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
