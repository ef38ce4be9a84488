package dev.interlock.spring.actuate;

import dev.interlock.guard.GuardPlan;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardStep;
import dev.interlock.key.KeyNamespace;
import dev.interlock.weaving.WeavingMode;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Actuator endpoint that shows what is woven around each guarded method. It shows key expressions, never keys. */
@Endpoint(id = "interlock")
public final class InterlockEndpoint {

    private final KeyNamespace namespace;
    private final WeavingMode weaving;
    private final GuardPlans plans;

    public InterlockEndpoint(KeyNamespace namespace, WeavingMode weaving, GuardPlans plans) {
        this.namespace = namespace;
        this.weaving = weaving;
        this.plans = plans;
    }

    @ReadOperation
    public InterlockDescriptor interlock() {
        return new InterlockDescriptor(
                namespace.value(),
                weaving.name().toLowerCase(Locale.ROOT),
                plans.all().stream().map(InterlockEndpoint::describe).toList());
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
     */
    public record InterlockDescriptor(String namespace, String weaving, List<PlanDescriptor> plans) {}

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
