package dev.interlock.lock;

import java.util.Optional;

/** Finds the space of mutexes. */
public interface MutexSpaces {

    /** The space, or empty if there is none. */
    Optional<LockSpace> find();

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
            public String remedy() {
                return "";
            }
        };
    }
}
