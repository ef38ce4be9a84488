package dev.interlock.spring.actuate;

import dev.interlock.guard.GuardPlan;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardStep;
import dev.interlock.idempotency.HeldRecords;
import dev.interlock.idempotency.IdempotencyCounts;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockReport;
import dev.interlock.retry.RetryCounts;
import dev.interlock.weaving.WeavingMode;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint that shows what is woven around each guarded method, what is locked now, and what became of idempotent
 * calls. It shows key expressions and hashes of keys, never keys.
 */
@Endpoint(id = "interlock")
public final class InterlockEndpoint {

    private final KeyNamespace namespace;
    private final WeavingMode weaving;
    private final GuardPlans plans;
    private final Supplier<List<LockReport>> locks;
    private final RetryCounts retries;
    private final IdempotencyCounts idempotentCalls;
    private final HeldRecords heldRecords;

    public InterlockEndpoint(
            KeyNamespace namespace,
            WeavingMode weaving,
            GuardPlans plans,
            Supplier<List<LockReport>> locks,
            RetryCounts retries,
            IdempotencyCounts idempotentCalls,
            HeldRecords heldRecords) {
        this.namespace = namespace;
        this.weaving = weaving;
        this.plans = plans;
        this.locks = locks;
        this.retries = retries;
        this.idempotentCalls = idempotentCalls;
        this.heldRecords = heldRecords;
    }

    @ReadOperation
    public InterlockDescriptor interlock() {
        return new InterlockDescriptor(
                namespace.value(),
                weaving.name().toLowerCase(Locale.ROOT),
                plans.all().stream().map(InterlockEndpoint::describe).toList(),
                locks.get().stream().map(LocksDescriptor::of).toList(),
                retries.all().entrySet().stream()
                        .map(entry -> describe(entry.getKey(), entry.getValue()))
                        .toList(),
                IdempotencyDescriptor.of(idempotentCalls, heldRecords));
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
     */
    public record InterlockDescriptor(
            String namespace,
            String weaving,
            List<PlanDescriptor> plans,
            List<LocksDescriptor> locks,
            List<RetryDescriptor> retries,
            IdempotencyDescriptor idempotency) {}

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
