package dev.interlock.jdbc;

import dev.interlock.annotation.OnRejected;
import dev.interlock.annotation.StateTransition;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.ArgumentValues;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;

/** Reads {@code @StateTransition} and weaves the transition into the transaction, before the body. */
public final class StateTransitionGuard implements Guard<StateTransition, StateTransitionDefinition> {

    private final StateMachines machines;

    public StateTransitionGuard(StateMachines machines) {
        this.machines = machines;
    }

    @Override
    public Class<StateTransition> annotationType() {
        return StateTransition.class;
    }

    @Override
    public @Nullable StateTransitionDefinition define(
            GuardedMethod method, MergedAnnotation<StateTransition> annotation, GuardProblems problems) {
        String where = method.where(StateTransition.class);
        String name = annotation.getString("machine");
        Optional<StateMachine<?, ?>> found = machines.find(name);
        if (found.isEmpty()) {
            problems.add(where, "there is no state machine '" + name + "'; " + machines.remedy());
            return null;
        }
        StateMachine<?, ?> machine = found.get();
        machine.table().database().requireManager(method, where, problems);
        ArgumentValues key = key(machine, method, annotation, where, problems);
        boolean throwing = annotation.getEnum("onRejected", OnRejected.class) == OnRejected.THROW;
        UnavailablePolicy unavailable = throwing
                ? UnavailablePolicy.RAISE
                : UnavailablePolicy.skip(method, where, "onRejected", "THROW", problems);
        String event = annotation.getString("event");
        return event(machine, event, where, problems)
                .map(fired -> new StateTransitionDefinition(
                        name,
                        fired,
                        key,
                        unavailable,
                        "event " + event + " of " + machine + " key=[" + annotation.getString("key") + "]"))
                .orElse(null);
    }

    private static ArgumentValues key(
            StateMachine<?, ?> machine,
            GuardedMethod method,
            MergedAnnotation<StateTransition> annotation,
            String where,
            GuardProblems problems) {
        String key = annotation.getString("key");
        return machine.table().key().size() == 1
                ? ArgumentValues.compileKey(
                        "key",
                        key,
                        false,
                        method.method(),
                        method.targetClass(),
                        problem -> problems.add(where, problem))
                : ArgumentValues.compile(
                        "key",
                        new String[] {key},
                        method.method(),
                        method.targetClass(),
                        problem -> problems.add(where, problem));
    }

    private static <S extends Enum<S>, E extends Enum<E>> Optional<StateTransitionDefinition.Event> event(
            StateMachine<S, E> machine, String name, String where, GuardProblems problems) {
        Optional<E> event = machine.event(name);
        if (event.isEmpty()) {
            problems.add(
                    where,
                    "event \"" + name + "\" leads nowhere in the " + machine + "; its events are "
                            + machine.eventNames());
        }
        Database database = machine.table().database();
        return event.map(known -> (key, refusedBy) -> {
            database.requireTransaction(
                    "@StateTransition of the " + machine, "the state would stay changed if the method failed");
            machine.fireOrThrow(key, known, refusedBy);
        });
    }

    @Override
    public List<GuardStep> steps(StateTransitionDefinition definition) {
        return List.of(new GuardStep(GuardStage.STATE_TRANSITION, definition.description(), (call, next) -> {
            Object key = definition.key().of(call.arguments())[0];
            definition.event().fire(RowKey.required(key), definition);
            return next.proceed(call);
        }));
    }
}
