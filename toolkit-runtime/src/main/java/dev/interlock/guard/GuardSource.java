package dev.interlock.guard;

import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.List;

/** Where the guards are found. A guard is asked for when its annotation is first met, so it may be made then. Thread-safe. */
public interface GuardSource {

    /** Those that read the annotation: one, unless the configuration is wrong. */
    List<Guard<?, ?>> reading(Class<? extends Annotation> annotation);

    /** The annotations that have a guard. */
    Collection<Class<? extends Annotation>> annotations();

    /** Of guards that have been made. */
    static GuardSource of(Collection<? extends Guard<?, ?>> guards) {
        return new MadeGuards(List.copyOf(guards));
    }
}
