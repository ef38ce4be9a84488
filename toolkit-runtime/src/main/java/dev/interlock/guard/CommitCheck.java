package dev.interlock.guard;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** The questions asked before one COMMIT, so that what answers for many holds is asked once. Confined to the thread. */
public final class CommitCheck {

    private final Set<Object> asked = Collections.newSetFromMap(new IdentityHashMap<>(4));

    CommitCheck() {}

    /** Whether nobody has asked this before the same COMMIT. */
    public boolean isFirst(Object subject) {
        return asked.add(subject);
    }
}
