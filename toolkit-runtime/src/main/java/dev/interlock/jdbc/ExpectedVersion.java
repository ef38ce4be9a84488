package dev.interlock.jdbc;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client says about the version of the row that it wants to change: one of several versions that it has read, any, or
 * that there is no such row yet. Over HTTP it comes from {@code If-Match} and {@code If-None-Match: *} (RFC 9110, section 13).
 *
 * <p>A version that is not the expected one is the client's to resolve and is never retried. Immutable.
 */
public final class ExpectedVersion {

    private enum Kind {
        ONE_OF,
        ANY,
        ABSENT
    }

    private static final ExpectedVersion ANY = new ExpectedVersion(Kind.ANY);
    private static final ExpectedVersion ABSENT = new ExpectedVersion(Kind.ABSENT);

    private final Kind kind;
    private final long[] versions;

    private ExpectedVersion(Kind kind, long... versions) {
        this.kind = kind;
        this.versions = versions;
    }

    /** @param versions that the client accepts; none at all match nothing */
    public static ExpectedVersion of(long... versions) {
        return new ExpectedVersion(Kind.ONE_OF, versions.clone());
    }

    /** Whatever its version, but the row has to exist. */
    public static ExpectedVersion any() {
        return ANY;
    }

    /** The row must not exist yet. */
    public static ExpectedVersion absent() {
        return ABSENT;
    }

    public boolean isAny() {
        return kind == Kind.ANY;
    }

    public boolean isAbsent() {
        return kind == Kind.ABSENT;
    }

    /** The accepted versions; empty for any and for absent. */
    public long[] versions() {
        return versions.clone();
    }

    /** Whether a row of this version is what the client expects. */
    public boolean accepts(long current) {
        return kind == Kind.ANY || Arrays.stream(versions).anyMatch(version -> version == current);
    }

    /**
     * Checks a row that was read, before work is done for it. The write has to check again.
     *
     * @throws StaleVersionException if the client expects something else
     */
    public void require(long current) {
        if (!accepts(current)) {
            throw new StaleVersionException(
                    isAbsent()
                            ? "The client expects that there is no such row yet, but there is one of version " + current
                            : "The client expects version " + this + ", but the row has version " + current,
                    current);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExpectedVersion that && kind == that.kind && Arrays.equals(versions, that.versions);
    }

    @Override
    public int hashCode() {
        return kind.hashCode() * 31 + Arrays.hashCode(versions);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case ANY -> "any";
            case ABSENT -> "absent";
            case ONE_OF -> Arrays.stream(versions).mapToObj(Long::toString).collect(Collectors.joining(" or "));
        };
    }
}
