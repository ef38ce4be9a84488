package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import org.jspecify.annotations.Nullable;

/** Tells what stands behind the failure of an attempt. Thread-safe; the methods do not throw. */
public interface ConflictClassifier {

    /** The verdict on a failure, with everything it was caused by. */
    Verdict classify(Throwable failure);

    /**
     * Whether a transaction whose COMMIT was sent and failed this way is known to be rolled back. If not, its effects may be
     * there.
     */
    boolean provesRollback(Throwable commitFailure);

    /** What {@link #classify} found. */
    sealed interface Verdict {

        /**
         * Another attempt may succeed.
         *
         * @param constraint the violated one, with {@link Conflict#UNIQUE} and where it is known
         * @param state the SQLSTATE that told it; {@code null} if it was told otherwise
         */
        record Transient(
                Conflict kind,
                @Nullable String constraint,
                @Nullable String state) implements Verdict {

            /** Not told by an SQLSTATE. */
            public Transient(Conflict kind, @Nullable String constraint) {
                this(kind, constraint, null);
            }
        }

        /** Another attempt would fail the same way, or nobody knows. */
        record Lasting() implements Verdict {}
    }
}
