package dev.interlock.lock;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockMode;
import dev.interlock.annotation.LockScope;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Durations;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.KeyExpression;
import dev.interlock.key.KeyNamespace;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;

/** Reads {@code @DistributedMutex} and weaves the mutex around the transaction, and its fence into it. */
public final class DistributedMutexGuard implements Guard<DistributedMutex, LockDefinition> {

    private final KeyNamespace namespace;
    private final MutexSpaces spaces;
    private final Durations durations;
    private final Clock clock;

    public DistributedMutexGuard(KeyNamespace namespace, MutexSpaces spaces, Durations durations, Clock clock) {
        this.namespace = namespace;
        this.spaces = spaces;
        this.durations = durations;
        this.clock = clock;
    }

    @Override
    public Class<DistributedMutex> annotationType() {
        return DistributedMutex.class;
    }

    @Override
    public @Nullable LockDefinition define(
            GuardedMethod method, MergedAnnotation<DistributedMutex> annotation, GuardProblems problems) {
        String where = method.where(DistributedMutex.class);
        LockAttributes attributes = new LockAttributes(method, annotation, where, namespace, durations, problems);
        KeyExpression key = attributes.key();
        UnavailablePolicy unavailable = attributes.unavailable();
        Optional<LockSpace> found = spaces.find();
        if (found.isEmpty()) {
            problems.add(where, "there is no Redis; " + spaces.remedy());
            return null;
        }
        LockSpace space = found.get();
        space.sessionProblem().ifPresent(problem -> problems.add(where, problem));
        Fencing asked = annotation.getEnum("fencing", Fencing.class);
        FencingChoice fencing = FencingChoice.resolve(asked, method, space, where, problems);
        int before = problems.size();
        LockTerms terms = new LockTerms(
                attributes.name(),
                LockMode.EXCLUSIVE,
                attributes.duration("waitTime"),
                attributes.duration("leaseTime"),
                attributes.duration("minHold"),
                attributes.duration("maxHold"),
                fencing.fencing(),
                annotation.getBoolean("interruptOnLoss"),
                null,
                attributes.asksHolder());
        if (problems.size() == before) {
            check(terms, where, problems);
        }
        return new LockDefinition(
                terms,
                key,
                space,
                LockScope.SESSION,
                fencing.store(),
                method.shape(),
                unavailable,
                "leaseTime=" + LockMessages.text(terms.lease()) + " fencing=" + fencing.fencing()
                        + (asked == Fencing.AUTO ? " (from AUTO)" : ""));
    }

    private static void check(LockTerms terms, String where, GuardProblems problems) {
        if (terms.lease().compareTo(LockTerms.SHORTEST_LEASE) < 0) {
            problems.add(
                    where,
                    "leaseTime is shorter than " + LockMessages.text(LockTerms.SHORTEST_LEASE)
                            + ", too short to be renewed in time; a lease of seconds costs nothing, it is renewed while the"
                            + " body runs and given back at its end");
        }
        if (terms.maxHold().isZero()) {
            problems.add(
                    where,
                    "maxHold is zero, so the lock would never be renewed; write how long a body may run at most");
        }
        if (terms.minHold().compareTo(terms.maxHold()) > 0) {
            problems.add(where, "minHold is longer than maxHold; make it at most as long");
        }
    }

    @Override
    public List<GuardStep> steps(LockDefinition definition) {
        return definition.steps(GuardStage.MUTEX, "mutex", clock);
    }
}
