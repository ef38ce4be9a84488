package dev.interlock.guard;

import dev.interlock.annotation.OnUnavailable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/** What a call does when one of its guards refuses it. Decided at start-up, applied outside all other layers. */
public sealed interface UnavailablePolicy {

    /** The exception reaches the caller. */
    UnavailablePolicy RAISE = new Raise();

    /** The value the caller gets instead of the body's. */
    @Nullable
    Object apply(GuardedCall call, GuardUnavailableException refusal) throws Throwable;

    record Raise() implements UnavailablePolicy {
        @Override
        public @Nullable Object apply(GuardedCall call, GuardUnavailableException refusal) {
            throw refusal;
        }

        @Override
        public String toString() {
            return "throw";
        }
    }

    record Skip(ReturnShape shape) implements UnavailablePolicy {
        @Override
        public @Nullable Object apply(GuardedCall call, GuardUnavailableException refusal) {
            return shape.empty();
        }

        @Override
        public String toString() {
            return "skip";
        }
    }

    record Fallback(Method method, boolean takesException) implements UnavailablePolicy {
        @Override
        public @Nullable Object apply(GuardedCall call, GuardUnavailableException refusal) throws Throwable {
            @Nullable Object[] arguments = call.arguments();
            if (takesException) {
                arguments = Arrays.copyOf(arguments, arguments.length + 1);
                arguments[arguments.length - 1] = refusal.told();
            }
            try {
                return method.invoke(call.target(), arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getTargetException();
            }
        }

        @Override
        public String toString() {
            return "fallback " + method.getName();
        }
    }

    /**
     * Checks and builds the policy of one annotation.
     *
     * @param fallback name of the fallback method, empty for none
     */
    static UnavailablePolicy of(
            GuardedMethod method, String where, OnUnavailable action, String fallback, GuardProblems problems) {
        if (action != OnUnavailable.FALLBACK && !fallback.isEmpty()) {
            problems.add(
                    where,
                    "fallback \"" + fallback + "\" has no effect with onUnavailable = " + action
                            + "; set onUnavailable = FALLBACK or remove the fallback");
        }
        return switch (action) {
            case THROW -> RAISE;
            case SKIP -> skip(method, where, "onUnavailable", "THROW or FALLBACK", problems);
            case FALLBACK -> {
                if (fallback.isEmpty()) {
                    problems.add(where, "onUnavailable = FALLBACK needs the name of a method in fallback");
                    yield RAISE;
                }
                yield fallback(method, where, fallback, GuardUnavailableException.class, problems);
            }
        };
    }

    /**
     * Checks and builds the policy of one annotation that says {@code SKIP}.
     *
     * @param attribute that says so
     * @param others what it could say instead
     */
    static UnavailablePolicy skip(
            GuardedMethod method, String where, String attribute, String others, GuardProblems problems) {
        Class<?> type = method.method().getReturnType();
        if (type.isPrimitive() && type != void.class) {
            problems.add(
                    where,
                    attribute + " = SKIP has no value to return for the primitive type " + type.getName()
                            + "; return the wrapper type or void, or use " + others);
        }
        return new Skip(method.shape());
    }

    /**
     * Finds the fallback method of one annotation.
     *
     * @param told what its optional last parameter must be able to take
     */
    static UnavailablePolicy fallback(
            GuardedMethod guarded, String where, String name, Class<? extends Throwable> told, GuardProblems problems) {
        List<Fallback> candidates = new ArrayList<>();
        for (Class<?> type = guarded.targetClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Method candidate : type.getDeclaredMethods()) {
                if (candidate.getName().equals(name) && !candidate.isBridge()) {
                    Fallback match = match(guarded.method(), candidate, told);
                    if (match != null) {
                        candidates.add(match);
                    }
                }
            }
        }
        if (candidates.isEmpty()) {
            problems.add(
                    where,
                    "fallback \"" + name + "\" was not found in "
                            + guarded.targetClass().getSimpleName()
                            + "; it needs the parameters of the guarded method, optionally followed by an exception"
                            + " that can take a " + told.getSimpleName()
                            + ", and the return type "
                            + guarded.method().getReturnType().getSimpleName());
            return RAISE;
        }
        Fallback chosen =
                candidates.stream().filter(Fallback::takesException).findFirst().orElse(candidates.get(0));
        if (!GuardAnnotations.on(chosen.method()).isEmpty()) {
            problems.add(where, "fallback \"" + name + "\" is guarded itself; a fallback runs outside all guards");
        }
        ReflectionUtils.makeAccessible(chosen.method());
        return chosen;
    }

    private static @Nullable Fallback match(Method guarded, Method candidate, Class<? extends Throwable> told) {
        if (candidate.getReturnType() != guarded.getReturnType()
                || Modifier.isStatic(guarded.getModifiers()) && !Modifier.isStatic(candidate.getModifiers())) {
            return null;
        }
        Class<?>[] expected = guarded.getParameterTypes();
        Class<?>[] actual = candidate.getParameterTypes();
        if (Arrays.equals(expected, actual)) {
            return new Fallback(candidate, false);
        }
        boolean takesException = actual.length == expected.length + 1
                && Arrays.equals(expected, Arrays.copyOf(actual, expected.length))
                && actual[expected.length].isAssignableFrom(told);
        return takesException ? new Fallback(candidate, true) : null;
    }
}
