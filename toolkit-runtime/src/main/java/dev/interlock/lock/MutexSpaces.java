package dev.interlock.lock;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds the space of mutexes. */
public interface MutexSpaces {

    /** The space, or empty if there is none. */
    Optional<LockSpace> find();

    /** The space, if a guard has asked for it already; for inspection. */
    default Collection<LockSpace> inUse() {
        return List.of();
    }

    /** What to do when {@link #find} was empty, as a sentence that follows "there is no Redis". */
    String remedy();

    /** This one space. */
    static MutexSpaces of(LockSpace space) {
        return new MutexSpaces() {
            @Override
            public Optional<LockSpace> find() {
                return Optional.of(space);
            }

            @Override
            public Collection<LockSpace> inUse() {
                return List.of(space);
            }

            @Override
            public String remedy() {
                return "";
            }
        };
    }
}
