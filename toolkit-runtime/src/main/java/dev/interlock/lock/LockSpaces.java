package dev.interlock.lock;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds the space that an annotation's {@code dataSource} names. */
public interface LockSpaces {

    /**
     * @param dataSource bean name, empty for the primary DataSource
     * @return the space, or empty if there is no such DataSource
     */
    Optional<LockSpace> find(String dataSource);

    /** Every space that a guard has named so far, for inspection. */
    default Collection<LockSpace> inUse() {
        return List.of();
    }

    /** What to do when {@link #find} was empty, as a sentence that follows "there is no DataSource 'x'". */
    String remedy();
}
