package dev.interlock.lock;

import dev.interlock.annotation.OnUnavailable;
import dev.interlock.guard.Durations;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.KeyExpression;
import dev.interlock.key.KeyNamespace;
import java.lang.annotation.Annotation;
import java.time.Duration;
import org.springframework.core.annotation.MergedAnnotation;

/** Reads the attributes that the lock annotations have in common. Each rule that is broken goes to the problems. */
record LockAttributes(
        GuardedMethod method,
        MergedAnnotation<? extends Annotation> annotation,
        String where,
        KeyNamespace namespace,
        Durations durations,
        GuardProblems problems) {

    String name() {
        return annotation.getString("name");
    }

    KeyExpression key() {
        return KeyExpression.compile(
                namespace,
                name(),
                annotation.getStringArray("key"),
                method.method(),
                method.targetClass(),
                problem -> problems.add(where, problem));
    }

    Duration duration(String attribute) {
        return durations.wait(where, attribute, annotation.getString(attribute), problems);
    }

    /** Whether somebody will read who holds the lock. */
    boolean asksHolder() {
        return annotation.getEnum("onUnavailable", OnUnavailable.class) != OnUnavailable.SKIP;
    }

    UnavailablePolicy unavailable() {
        return UnavailablePolicy.of(
                method,
                where,
                annotation.getEnum("onUnavailable", OnUnavailable.class),
                annotation.getString("fallback"),
                problems);
    }
}
