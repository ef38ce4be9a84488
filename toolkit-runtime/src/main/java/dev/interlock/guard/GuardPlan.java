package dev.interlock.guard;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that is woven around one method, in nesting order. Immutable; built once, printed at start-up. */
public final class GuardPlan {

    private final String method;
    private final List<GuardStep> steps;
    private final GuardStep.Next chain;
    private final boolean repeats;

    GuardPlan(String method, List<GuardStep> steps) {
        this.method = method;
        this.steps =
                steps.stream().sorted(Comparator.comparing(GuardStep::stage)).toList();
        GuardStep.Next next = GuardedCall::proceed;
        for (int i = this.steps.size() - 1; i >= 0; i--) {
            GuardStep.Advice advice = this.steps.get(i).advice();
            GuardStep.Next inner = next;
            next = call -> advice.around(call, inner);
        }
        this.chain = next;
        this.repeats = this.steps.stream().anyMatch(step -> step.stage() == GuardStage.RETRY);
    }

    /** Runs the call through every layer. */
    public @Nullable Object run(GuardedCall call) throws Throwable {
        return chain.proceed(call);
    }

    /** The method, as {@code OrderService.ship(Order)}. */
    public String method() {
        return method;
    }

    /** The layers, outermost first. */
    public List<GuardStep> steps() {
        return steps;
    }

    /** Whether a layer may run the body more than once. */
    public boolean repeats() {
        return repeats;
    }

    /** The plan as lines of text: the method, then one line for each layer. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(method);
        for (GuardStep step : steps) {
            text.append(System.lineSeparator())
                    .append("  ")
                    .append(step.stage())
                    .append(": ")
                    .append(step.description());
        }
        return text.toString();
    }
}
