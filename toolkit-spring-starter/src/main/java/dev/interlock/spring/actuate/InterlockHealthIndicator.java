package dev.interlock.spring.actuate;

import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockSpace;
import dev.interlock.queue.NodeStatus;
import dev.interlock.queue.Queues;
import dev.interlock.spring.UsedParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Whether the guards of this process can do their work.
 *
 * <p><b>Down</b> is what the whole service cannot do without: the database that advisory locks live in does not answer the
 * connections for locks, or tables of the toolkit are missing. Where session locks are not in use, nobody has asked for such a
 * connection and none is made: what the pool's connections reach is told by Spring Boot's own {@code db}.
 *
 * <p><b>Only a detail</b> is what the rest of the service can do without, since a load balancer that took out every node for it
 * would make it worse: a Redis that does not answer, without which methods under a mutex refuse their callers and all others
 * work; and a lease as a worker on queues that has lapsed, without which this process begins no job while others do.
 *
 * <p>A lost connection for locks alone is neither: what it held is told to the holders, and the next caller gets a new one.
 *
 * <p>It takes no lock, and answers within half a second unless a database does not answer, then within four. While the
 * connection for locks is there its heartbeat is believed and nothing is asked, so load does not look like an outage. The schema,
 * which is seen through the pool, is looked at once a minute, and nobody waits for it: a pool that gives no connection
 * changes nothing. Thread-safe.
 */
final class InterlockHealthIndicator implements HealthIndicator, AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(4);

    /** For what changes no status, and so must not make a probe give up. */
    private static final Duration DETAIL_LIMIT = Duration.ofMillis(500);

    private final Supplier<Collection<LockSpace>> advisory;
    private final Supplier<Collection<LockSpace>> mutexes;
    private final UsedParts used;
    private final SchemaHealth schema;
    private final Questions questions = new Questions("interlock-health");

    InterlockHealthIndicator(
            Supplier<Collection<LockSpace>> advisory, Supplier<Collection<LockSpace>> mutexes, UsedParts used) {
        this.advisory = advisory;
        this.mutexes = mutexes;
        this.used = used;
        this.schema = new SchemaHealth(questions);
    }

    /** What was asked of one space. */
    private record Asked(String backend, Questions.Pending<LockHealth> pending) {

        LockHealth within(Duration limit) {
            Questions.Answer<LockHealth> answer = pending.by(System.nanoTime() + limit.toNanos(), limit);
            return answer.value() != null ? answer.value() : LockHealth.down(String.valueOf(answer.error()));
        }
    }

    @Override
    public Health health() {
        List<Asked> asked = ask(advisory.get());
        List<Asked> details = ask(mutexes.get());
        Map<String, String> schemas = schema.states(used.databases());

        Health.Builder health = Health.up();
        List<Map<String, Object>> locks = new ArrayList<>();
        for (Asked space : asked) {
            LockHealth found = space.within(LIMIT);
            if (found.state() == LockHealth.State.DOWN) {
                health.down();
            }
            locks.add(describe(space.backend(), found));
        }
        if (schemas.values().stream().anyMatch(SchemaHealth::isMissing)) {
            health.down();
        }
        return health.withDetail("advisoryLocks", locks)
                .withDetail(
                        "mutexes",
                        details.stream()
                                .map(space -> describe(space.backend(), space.within(DETAIL_LIMIT)))
                                .toList())
                .withDetail("schema", schemas)
                .withDetail(
                        "queues",
                        used.queues().stream()
                                .map(Queues::node)
                                .flatMap(node -> node.stream().map(InterlockHealthIndicator::describe))
                                .toList())
                .build();
    }

    private List<Asked> ask(Collection<LockSpace> spaces) {
        return spaces.stream()
                .map(space -> new Asked(space.backend(), questions.ask(space, space::health)))
                .toList();
    }

    private static Map<String, Object> describe(String backend, LockHealth health) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("backend", backend);
        details.put("status", health.state().name());
        if (health.place() != null) {
            details.put("place", health.place());
        }
        if (health.sinceAnswer() != null) {
            details.put("lastAnswerMillisAgo", health.sinceAnswer().toMillis());
        }
        if (health.problem() != null) {
            details.put("problem", health.problem());
        }
        return details;
    }

    private static Map<String, Object> describe(NodeStatus node) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("node", node.id().toString());
        details.put("status", node.leaseStands() ? "UP" : "DOWN");
        details.put("leaseMillis", node.lease().toMillis());
        if (node.sinceHeartbeat() != null) {
            details.put("lastHeartbeatMillisAgo", node.sinceHeartbeat().toMillis());
        }
        return details;
    }

    @Override
    public void close() {
        questions.close();
    }
}
