package dev.interlock.weaving;

import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.weaving.fixture.Probe;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.springframework.core.annotation.MergedAnnotation;

/** Records the order of the given stages, in which it stands in reverse, and repeats the body at the retry stage. */
final class ProbeGuard implements Guard<Probe, ProbeGuard.Definition> {

    record Definition(int runs) implements GuardDefinition {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public UnavailablePolicy unavailable() {
            return UnavailablePolicy.RAISE;
        }
    }

    private final List<String> events;
    private final Set<GuardStage> stages;

    ProbeGuard(List<String> events, Set<GuardStage> stages) {
        this.events = events;
        this.stages = stages.isEmpty() ? EnumSet.noneOf(GuardStage.class) : EnumSet.copyOf(stages);
    }

    @Override
    public Class<Probe> annotationType() {
        return Probe.class;
    }

    @Override
    public Definition define(GuardedMethod method, MergedAnnotation<Probe> annotation, GuardProblems problems) {
        return new Definition(annotation.getInt("runs"));
    }

    @Override
    public List<GuardStep> steps(Definition definition) {
        List<GuardStep> steps = new ArrayList<>();
        for (GuardStage stage : stages) {
            steps.add(0, new GuardStep(stage, "probe", (call, next) -> {
                events.add("> " + stage);
                try {
                    return next.proceed(call);
                } finally {
                    events.add("< " + stage);
                }
            }));
        }
        steps.add(new GuardStep(GuardStage.RETRY, "repeat", (call, next) -> {
            Object result = null;
            for (int i = 0; i < definition.runs(); i++) {
                result = next.proceed(call);
            }
            return result;
        }));
        return steps;
    }
}
