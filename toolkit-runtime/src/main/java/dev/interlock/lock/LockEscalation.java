package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.key.KeyExpression;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.retry.EscalationLocks;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Session locks of the primary DataSource as what a retry escalates to. They are not fenced: who runs under one can still
 * fail with the conflict that led to it, so a lock that was lost costs time and nothing else.
 */
public final class LockEscalation implements EscalationLocks {

    private final KeyNamespace namespace;
    private final LockSpaces spaces;
    private final Clock clock;

    public LockEscalation(KeyNamespace namespace, LockSpaces spaces, Clock clock) {
        this.namespace = namespace;
        this.spaces = spaces;
        this.clock = clock;
    }

    @Override
    public @Nullable EscalationLock define(
            GuardedMethod method, String where, String name, String[] key, GuardProblems problems) {
        int before = problems.size();
        KeyExpression expression = KeyExpression.compile(
                namespace,
                name,
                key,
                method.method(),
                method.targetClass(),
                problem -> problems.add(where, "escalateKey: " + problem));
        LockSpace space = spaces.find("").orElse(null);
        if (space == null) {
            problems.add(where, "escalateAfter: there is no DataSource; " + spaces.remedy());
            return null;
        }
        space.sessionProblem().ifPresent(problem -> problems.add(where, "escalateAfter: " + problem));
        return problems.size() > before ? null : escalation(space, name, expression::evaluateAll);
    }

    @Override
    public EscalationLock of(String name, Object... key) {
        List<LockKey> keys = namespace.keys(name, key);
        LockSpace space = spaces.find("")
                .orElseThrow(() -> new IllegalStateException("There is no DataSource; " + spaces.remedy()));
        return escalation(space, name, arguments -> keys);
    }

    private EscalationLock escalation(LockSpace space, String name, Function<@Nullable Object[], List<LockKey>> keys) {
        return (arguments, waitTime) -> {
            LockTerms terms = LockTerms.advisory(name, LockMode.EXCLUSIVE, waitTime, Fencing.NONE, false);
            HeldLocks held = new Acquirer(terms, space, clock).acquire(keys.apply(arguments));
            return attempt -> LockedSection.run(held, false, attempt::run);
        };
    }
}
