package dev.interlock.lock;

import dev.interlock.annotation.AdvisoryLocked;
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
        LockAttributes attributes = new LockAttributes(method, annotation, where, namespace, durations, problems);
        LockMode mode = annotation.getEnum("mode", LockMode.class);
        KeyExpression key = attributes.key();
        Duration waitTime = attributes.duration("waitTime");
        UnavailablePolicy unavailable = attributes.unavailable();
        String dataSource = annotation.getString("dataSource");
        Optional<LockSpace> found = spaces.find(dataSource);
        if (found.isEmpty()) {
            problems.add(
                    where,
                    "there is no " + (dataSource.isEmpty() ? "DataSource" : "DataSource '" + dataSource + "'") + "; "
                            + spaces.remedy());
            return null;
        }
        LockSpace space = found.get();
        LockScope asked = annotation.getEnum("scope", LockScope.class);
        LockScope scope = LockScopes.resolve(asked, method, space, where, problems);
        FencingChoice fencing = FencingChoice.resolve(
                scope == LockScope.SESSION && mode == LockMode.EXCLUSIVE ? Fencing.AUTO : Fencing.NONE,
                method,
                space,
                where,
                problems);
        return new LockDefinition(
                LockTerms.advisory(attributes.name(), mode, waitTime, fencing.fencing(), attributes.asksHolder()),
                key,
                space,
                scope,
                fencing.store(),
                method.shape(),
                unavailable,
                "scope=" + scope + (asked == LockScope.AUTO ? " (from AUTO)" : "")
                        + (mode == LockMode.SHARED ? " mode=SHARED" : ""));
    }

    @Override
    public List<GuardStep> steps(LockDefinition definition) {
        return definition.steps(GuardStage.ADVISORY_LOCK, "lock", clock);
    }
}
