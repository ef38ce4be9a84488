package dev.interlock.lock;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockMode;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;

/** Reads {@code @AdvisoryLocked} and weaves the layers of its scope. */
public final class AdvisoryLockGuard implements Guard<AdvisoryLocked, LockDefinition> {

    private final KeyNamespace namespace;
    private final LockSpaces spaces;
    private final Durations durations;
    private final Clock clock;

    public AdvisoryLockGuard(KeyNamespace namespace, LockSpaces spaces, Durations durations, Clock clock) {
        this.namespace = namespace;
        this.spaces = spaces;
        this.durations = durations;
        this.clock = clock;
    }

    @Override
    public Class<AdvisoryLocked> annotationType() {
        return AdvisoryLocked.class;
    }

    @Override
    public @Nullable LockDefinition define(
            GuardedMethod method, MergedAnnotation<AdvisoryLocked> annotation, GuardProblems problems) {
        String where = method.where(AdvisoryLocked.class);
        String name = annotation.getString("name");
        if (annotation.getEnum("mode", LockMode.class) == LockMode.SHARED) {
            problems.add(where, "mode = SHARED is not supported yet; use EXCLUSIVE");
        }
        KeyExpression key = KeyExpression.compile(
                namespace,
                name,
                annotation.getStringArray("key"),
                method.method(),
                method.targetClass(),
                problem -> problems.add(where, problem));
        Duration waitTime = durations.wait(where, "waitTime", annotation.getString("waitTime"), problems);
        UnavailablePolicy unavailable = UnavailablePolicy.of(
                method,
                where,
                annotation.getEnum("onUnavailable", OnUnavailable.class),
                annotation.getString("fallback"),
                problems);
        String dataSource = annotation.getString("dataSource");
        Optional<LockSpace> space = spaces.find(dataSource);
        if (space.isEmpty()) {
            problems.add(
                    where,
                    "there is no " + (dataSource.isEmpty() ? "DataSource" : "DataSource '" + dataSource + "'") + "; "
                            + spaces.remedy());
            return null;
        }
        LockScope asked = annotation.getEnum("scope", LockScope.class);
        LockScope scope = LockScopes.resolve(asked, method, space.get(), where, problems);
        return new LockDefinition(
                name, key, scope, asked == LockScope.AUTO, waitTime, method.shape(), unavailable, space.get());
    }

    @Override
    public List<GuardStep> steps(LockDefinition definition) {
        if (definition.scope() == LockScope.SESSION) {
            return List.of(new GuardStep(
                    GuardStage.ADVISORY_LOCK, definition.describe("lock"), new SessionLockStep(definition, clock)));
        }
        TransactionLockSteps steps = new TransactionLockSteps(definition, clock);
        return List.of(
                new GuardStep(GuardStage.ADVISORY_LOCK, definition.describe("turn for lock"), steps::takeTurn),
                new GuardStep(GuardStage.ADVISORY_TRANSACTION_LOCK, "lock '" + definition.name() + "'", steps::lock));
    }
}
