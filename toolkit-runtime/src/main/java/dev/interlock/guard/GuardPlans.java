package dev.interlock.guard;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * Turns annotated methods into plans, each once: annotation, definition, layers. Plans are cached by method and
 * target class. Thread-safe.
 */
public final class GuardPlans {

    private final GuardSource guards;
    private final BeanFactory beanFactory;
    private final TransactionAttributeSource transactionAttributes;
    private final ConcurrentMap<MethodClassKey, GuardPlan> plans = new ConcurrentHashMap<>();

    /**
     * @param beanFactory where transaction managers are found
     * @param transactionAttributes how the methods' own transactions are found
     */
    public GuardPlans(GuardSource guards, BeanFactory beanFactory, TransactionAttributeSource transactionAttributes) {
        this.guards = guards;
        this.beanFactory = beanFactory;
        this.transactionAttributes = transactionAttributes;
    }

    /**
     * The plan of the guarded method itself.
     *
     * @throws InvalidGuardException if its guards break a rule
     */
    public GuardPlan plan(Method method, Class<?> targetClass) {
        MethodClassKey key = new MethodClassKey(method, targetClass);
        GuardPlan plan = plans.get(key);
        if (plan == null) {
            GuardProblems problems = new GuardProblems();
            plan = make(describe(method, targetClass), problems);
            problems.throwIfAny();
            plans.put(key, plan);
        }
        return plan;
    }

    /**
     * As {@link #plan}, but adds to {@code problems} what is wrong; nothing is cached then.
     *
     * @return what the plan was made from
     */
    GuardedMethod check(Method method, Class<?> targetClass, GuardProblems problems) {
        int before = problems.size();
        GuardedMethod guarded = describe(method, targetClass);
        GuardPlan plan = make(guarded, problems);
        if (problems.size() == before) {
            plans.put(new MethodClassKey(method, targetClass), plan);
        }
        return guarded;
    }

    /** Every plan made so far, ordered by method. */
    public List<GuardPlan> all() {
        return plans.values().stream()
                .sorted(Comparator.comparing(GuardPlan::method))
                .toList();
    }

    /** What is known of a method while its guards are read. */
    GuardedMethod describe(Method method, Class<?> targetClass) {
        return new GuardedMethod(
                method,
                targetClass,
                new PipelineTransaction(
                        beanFactory,
                        method,
                        targetClass,
                        transactionAttributes.getTransactionAttribute(method, targetClass)));
    }

    private GuardPlan make(GuardedMethod guarded, GuardProblems problems) {
        List<MergedAnnotation<Annotation>> annotations = GuardAnnotations.on(guarded.method());
        checkComposition(guarded, annotations, problems);
        List<GuardStep> steps = new ArrayList<>();
        for (MergedAnnotation<Annotation> annotation : annotations) {
            List<Guard<?, ?>> readers = guards.reading(annotation.getType());
            if (readers.isEmpty()) {
                problems.add(
                        guarded.where(annotation.getType()),
                        "is not supported by this configuration; supported: " + supported()
                                + ". Remove the annotation, or add the guard that reads it");
            } else if (readers.size() > 1) {
                problems.add(
                        guarded.where(annotation.getType()),
                        "is read by several guards: " + names(readers) + "; keep the bean of one");
            } else if (guarded.shape() == ReturnShape.UNSUPPORTED) {
                problems.add(
                        guarded.where(annotation.getType()),
                        "cannot guard the return type "
                                + guarded.method().getReturnType().getSimpleName()
                                + ", since nobody can tell when its work has ended; return a value, CompletionStage or"
                                + " CompletableFuture");
            } else {
                addSteps(readers.get(0), guarded, annotation, steps, problems);
            }
        }
        if (!steps.isEmpty() && !hasTransaction(steps) && TransactionRules.canOpenInCompletionPhase(guarded)) {
            steps.add(new GuardStep(
                    GuardStage.TRANSACTION,
                    "opened by the pipeline after another transaction's commit only",
                    guarded.transaction()::aroundInCompletionPhase));
        }
        return new GuardPlan(guarded.toString(), steps);
    }

    private static <A extends Annotation, D extends GuardDefinition> void addSteps(
            Guard<A, D> guard,
            GuardedMethod method,
            MergedAnnotation<Annotation> annotation,
            List<GuardStep> steps,
            GuardProblems problems) {
        int before = problems.size();
        @SuppressWarnings("unchecked")
        @Nullable
        D definition = guard.define(method, (MergedAnnotation<A>) (MergedAnnotation<?>) annotation, problems);
        if (definition == null || problems.size() > before) {
            return;
        }
        List<GuardStep> added = guard.steps(definition);
        steps.addAll(added);
        if (definition.rollsBackOnFailure()) {
            method.transaction().rollBackOnFailure();
        }
        if (definition.needsTransaction()
                || added.stream().anyMatch(step -> step.stage().inTransaction())) {
            TransactionRules.check(method, guard.annotationType(), problems);
            if (!hasTransaction(steps)) {
                steps.add(new GuardStep(
                        GuardStage.TRANSACTION, "joined, or opened by the pipeline", method.transaction()::around));
            }
        }
        if (!(definition.unavailable() instanceof UnavailablePolicy.Raise)) {
            steps.add(unavailable(definition));
        }
    }

    private static boolean hasTransaction(List<GuardStep> steps) {
        return steps.stream().anyMatch(step -> step.stage() == GuardStage.TRANSACTION);
    }

    private static GuardStep unavailable(GuardDefinition definition) {
        UnavailablePolicy policy = definition.unavailable();
        return new GuardStep(
                GuardStage.UNAVAILABLE, policy + " if '" + definition.name() + "' is unavailable", (call, next) -> {
                    try {
                        return next.proceed(call);
                    } catch (GuardUnavailableException refusal) {
                        if (refusal.refusedBy() != definition) {
                            throw refusal;
                        }
                        return policy.apply(call, refusal);
                    }
                });
    }

    private static void checkComposition(
            GuardedMethod method, List<MergedAnnotation<Annotation>> annotations, GuardProblems problems) {
        Map<Class<?>, Long> counts =
                annotations.stream().collect(Collectors.groupingBy(MergedAnnotation::getType, Collectors.counting()));
        for (MergedAnnotation<Annotation> annotation : annotations) {
            String where = method.where(annotation.getType());
            if (annotation.getDistance() > 1) {
                problems.add(
                        where,
                        "is composed " + annotation.getDistance() + " levels deep through @"
                                + annotation.getRoot().getType().getSimpleName()
                                + "; the weavings see one level, so put it on the annotation that the method carries");
            }
            if (counts.getOrDefault(annotation.getType(), 0L) > 1) {
                problems.add(where, "is present more than once, directly or through a composed annotation; keep one");
            }
        }
    }

    private String supported() {
        return guards.annotations().stream()
                .map(type -> "@" + type.getSimpleName())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String names(List<Guard<?, ?>> guards) {
        return guards.stream().map(guard -> guard.getClass().getName()).collect(Collectors.joining(", "));
    }
}
