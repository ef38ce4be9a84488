package dev.interlock.spring.actuate;

import dev.interlock.guard.GuardPlan;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardStep;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockReport;
import dev.interlock.queue.QueueReport;
import dev.interlock.queue.Queues;
import dev.interlock.retry.RetryCounts;
import dev.interlock.weaving.WeavingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint that shows what is woven around each guarded method, what is locked now, and what became of idempotent
 * calls and of queues. It shows key expressions and hashes of keys, never keys, callers or payloads, and changes nothing.
 *
 * <p>It answers within a few seconds: a part whose backend does not answer has an {@code error} instead of what is there.
 */
@Endpoint(id = "interlock")
public final class InterlockEndpoint {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final KeyNamespace namespace;
    private final WeavingMode weaving;
    private final GuardPlans plans;
    private final Supplier<List<LockReport>> locks;
    private final RetryCounts retries;
    private final IdempotencyCounts idempotentCalls;
    private final HeldRecords heldRecords;
    private final Supplier<List<Queues>> queues;
    private final Questions questions = new Questions("interlock-endpoint");

    InterlockEndpoint(
            KeyNamespace namespace,
            WeavingMode weaving,
            GuardPlans plans,
            Supplier<List<LockReport>> locks,
            RetryCounts retries,
            IdempotencyCounts idempotentCalls,
            HeldRecords heldRecords,
            Supplier<List<Queues>> queues) {
        this.namespace = namespace;
        this.weaving = weaving;
        this.plans = plans;
        this.locks = locks;
        this.retries = retries;
        this.idempotentCalls = idempotentCalls;
        this.heldRecords = heldRecords;
        this.queues = queues;
    }

    /** Ends the questions that are still open. */
    void close() {
        questions.close();
    }

    @ReadOperation
    public InterlockDescriptor interlock() {
        Questions.Pending<List<HeldRecord>> held =
                questions.ask(heldRecords, () -> heldRecords.list(IdempotencyDescriptor.MOST_HELD));
        List<Questions.Pending<QueueReport>> counts = queues.get().stream()
                .map(one -> questions.ask(one, one::inspect))
                .toList();
        List<LockReport> reports = locks.get();
        long end = System.nanoTime() + LIMIT.toNanos();
        return new InterlockDescriptor(
                namespace.value(),
                weaving.name().toLowerCase(Locale.ROOT),
                plans.all().stream().map(InterlockEndpoint::describe).toList(),
                reports.stream().map(LocksDescriptor::of).toList(),
                retries.all().entrySet().stream()
                        .map(entry -> describe(entry.getKey(), entry.getValue()))
                        .toList(),
                IdempotencyDescriptor.of(idempotentCalls, held.by(end, LIMIT)),
                counts.stream().map(count -> describe(count.by(end, LIMIT))).toList());
    }

    private static QueuesDescriptor describe(Questions.Answer<QueueReport> answer) {
        QueueReport report = answer.value();
        return report == null ? QueuesDescriptor.failed(answer.error()) : QueuesDescriptor.of(report);
    }

    private static RetryDescriptor describe(RetryCounts.Kind kind, long attempts) {
        return new RetryDescriptor(
                kind.name(), kind.conflict(), kind.outcome().name().toLowerCase(Locale.ROOT), attempts);
    }

    private static PlanDescriptor describe(GuardPlan plan) {
        return new PlanDescriptor(
                plan.method(),
                plan.steps().stream().map(InterlockEndpoint::describe).toList());
    }

    private static StepDescriptor describe(GuardStep step) {
        return new StepDescriptor(step.stage().name(), step.description());
    }

    /**
     * The guards of the application.
     *
     * @param weaving {@code proxy} or {@code aspectj}
     * @param plans ordered by method
     * @param locks what is locked now, for each place where locks of this application live
     * @param retries attempts that met a conflict since start-up
     * @param idempotency what became of idempotent calls
     * @param queues how the queues stand, for each database that has some
     */
    public record InterlockDescriptor(
            String namespace,
            String weaving,
            List<PlanDescriptor> plans,
            List<LocksDescriptor> locks,
            List<RetryDescriptor> retries,
            IdempotencyDescriptor idempotency,
            List<QueuesDescriptor> queues) {}

    /**
     * Attempts of one method that ended alike.
     *
     * @param name the method, or the name given in code
     * @param conflict as {@code @RetryOnConflict} names it, or {@code NONE}
     * @param outcome name of the {@link RetryCounts.Outcome} in lower case
     */
    public record RetryDescriptor(String name, String conflict, String outcome, long attempts) {}

    /**
     * One guarded method.
     *
     * @param method as {@code OrderService.ship(Order)}
     * @param steps its layers, outermost first
     */
    public record PlanDescriptor(String method, List<StepDescriptor> steps) {}

    /**
     * One layer around a method.
     *
     * @param stage name of the {@link dev.interlock.guard.GuardStage}
     */
    public record StepDescriptor(String stage, String description) {}
}
