package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.Jitter;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.guard.Backoff;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.ReturnShape;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.retry.EscalationLocks.EscalationLock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;

/** Reads {@code @RetryOnConflict} and weaves the attempts around the transaction. */
public final class RetryGuard implements Guard<RetryOnConflict, RetryDefinition> {

    private final ConflictClassifier classifier;
    private final RetryBudgets budgets;
    private final RetryCounts counts;
    private final EscalationLocks locks;
    private final Durations durations;
    private final Clock clock;

    public RetryGuard(
            ConflictClassifier classifier,
            RetryBudgets budgets,
            RetryCounts counts,
            EscalationLocks locks,
            Durations durations,
            Clock clock) {
        this.classifier = classifier;
        this.budgets = budgets;
        this.counts = counts;
        this.locks = locks;
        this.durations = durations;
        this.clock = clock;
    }

    @Override
    public Class<RetryOnConflict> annotationType() {
        return RetryOnConflict.class;
    }

    @Override
    public @Nullable RetryDefinition define(
            GuardedMethod method, MergedAnnotation<RetryOnConflict> annotation, GuardProblems problems) {
        String where = method.where(RetryOnConflict.class);
        int before = problems.size();
        Set<Conflict> on = EnumSet.noneOf(Conflict.class);
        on.addAll(List.of(annotation.getEnumArray("on", Conflict.class)));
        boolean transactional = method.hasTransactionManager();
        RetryTerms terms = new RetryTerms(
                method.toString(),
                annotation.getInt("maxRetries"),
                on,
                Set.of(distinct(annotation.getStringArray("constraints"))),
                new Backoff(
                        duration(annotation, "delay", where, problems),
                        annotation.getDouble("multiplier"),
                        duration(annotation, "maxDelay", where, problems),
                        annotation.getEnum("jitter", Jitter.class)),
                duration(annotation, "timeout", where, problems),
                annotation.getInt("escalateAfter"),
                transactional);
        if (problems.size() == before) {
            RetryRules.check(terms, problem -> problems.add(where, problem));
        }
        if (method.shape() == ReturnShape.STAGE) {
            problems.add(
                    where,
                    "cannot retry a method that returns a stage, since an attempt ends when the method returns; return a value");
        }
        EscalationLock lock = escalation(method, annotation, where, problems);
        String fallback = annotation.getString("fallback");
        UnavailablePolicy unavailable = fallback.isEmpty()
                ? UnavailablePolicy.RAISE
                : UnavailablePolicy.fallback(method, where, fallback, method.widestException(), problems);
        return new RetryDefinition(terms, lock, method.transactionResource(), unavailable, describe(terms, annotation));
    }

    private static String[] distinct(String[] names) {
        return Set.copyOf(List.of(names)).toArray(String[]::new);
    }

    private Duration duration(
            MergedAnnotation<RetryOnConflict> annotation, String attribute, String where, GuardProblems problems) {
        return durations.wait(where, attribute, annotation.getString(attribute), problems);
    }

    private @Nullable EscalationLock escalation(
            GuardedMethod method, MergedAnnotation<RetryOnConflict> annotation, String where, GuardProblems problems) {
        String name = annotation.getString("escalateName");
        String[] key = annotation.getStringArray("escalateKey");
        boolean escalates = annotation.getInt("escalateAfter") > 0;
        if (!escalates && (!name.isEmpty() || key.length > 0)) {
            problems.add(
                    where,
                    "escalateName and escalateKey have no effect without escalateAfter; write after how many attempts the"
                            + " lock is taken");
        }
        if (escalates && name.isEmpty()) {
            problems.add(where, "escalateAfter needs the name of the lock in escalateName");
        }
        return escalates && !name.isEmpty() ? locks.define(method, where, name, key, problems) : null;
    }

    private static String describe(RetryTerms terms, MergedAnnotation<RetryOnConflict> annotation) {
        return "retry on " + terms.on()
                + (terms.constraints().isEmpty() ? "" : " constraints=" + terms.constraints())
                + ", at most " + terms.maxRetries() + " times within " + annotation.getString("timeout")
                + (terms.escalateAfter() > 0
                        ? ", from attempt " + (terms.escalateAfter() + 1) + " under lock '"
                                + annotation.getString("escalateName") + "'"
                        : "")
                + (terms.transactional() ? "" : "; no transaction manager, so an attempt is no transaction");
    }

    @Override
    public List<GuardStep> steps(RetryDefinition definition) {
        RetryEngine engine = new RetryEngine(classifier, budgets.of(definition.resource()), counts, clock);
        return List.of(new GuardStep(GuardStage.RETRY, definition.description(), new RetryStep(definition, engine)));
    }
}
