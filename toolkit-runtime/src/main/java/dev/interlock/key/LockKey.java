package dev.interlock.key;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Identity of one lock: namespace, name and canonical parts.
 *
 * <p>Keys are equal when their namespace, name and parts are equal as text; a part that was the number {@code 5L} equals a
 * part that was the string {@code "5"}. Immutable and thread-safe. The parts may be personal data: neither
 * {@link #toString()} nor {@link #fingerprint()} shows them.
 */
public final class LockKey {

    private final KeyNamespace namespace;
    private final String name;
    private final List<String> parts;
    private final int hash;

    /** Racy on purpose: references do not tear, a {@code Long} is safe to publish, and every thread computes the same. */
    private @Nullable Long id;

    /** @param parts unmodifiable, checked by the caller */
    LockKey(KeyNamespace namespace, String name, List<String> parts) {
        this.namespace = namespace;
        this.name = name;
        this.parts = parts;
        this.hash = (namespace.hashCode() * 31 + name.hashCode()) * 31 + parts.hashCode();
    }

    public String name() {
        return name;
    }

    /** The canonical parts in order, unmodifiable; empty for the one lock of a name. */
    public List<String> parts() {
        return parts;
    }

    /**
     * The 64-bit key, the same on every node and in SQL: the first eight bytes, big-endian, of SHA-256 over
     * {@code interlock/v1}, namespace, name and parts, each as its length in four bytes and UTF-8.
     */
    public long id() {
        Long known = id;
        if (known == null) {
            known = KeyDerivation.id(namespace, name, parts);
            id = known;
        }
        return known;
    }

    /**
     * A hash that stands for this key in a use of its own, the same on every node: SHA-256 over purpose, namespace, name and
     * parts, each as its length in four bytes and UTF-8. Computed anew at each call.
     *
     * @param purpose another one for each use, such as {@code interlock/idempotency/v1}
     * @return 32 bytes
     */
    public byte[] digest(String purpose) {
        return KeyDerivation.digest(purpose, namespace, name, parts);
    }

    /**
     * {@link #digest} as a UUID of version 8 (RFC 9562), the same on every node.
     *
     * @param purpose another one for each use
     */
    public UUID uuid(String purpose) {
        ByteBuffer bytes = ByteBuffer.wrap(digest(purpose));
        long most = bytes.getLong() & ~0xf000L | 0x8000L;
        long least = bytes.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(most, least);
    }

    /** The key with one more part before the others. */
    public LockKey under(String part) {
        List<String> longer = new ArrayList<>(parts.size() + 1);
        longer.add(part);
        longer.addAll(parts);
        return namespace.key(name, longer.toArray(String[]::new));
    }

    /**
     * Four hex digits for logs and messages, of a hash with a salt that is drawn anew at each JVM start. Equal keys have
     * equal fingerprints within one JVM; different keys may share one.
     */
    public String fingerprint() {
        return KeyDerivation.fingerprint(namespace, name, parts);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof LockKey that
                        && hash == that.hash
                        && name.equals(that.name)
                        && parts.equals(that.parts)
                        && namespace.equals(that.namespace);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The name and, for keyed locks, the fingerprint: {@code 'order' (key 3fa9…)}. */
    @Override
    public String toString() {
        return parts.isEmpty() ? "'" + name + "'" : "'" + name + "' (key " + fingerprint() + "…)";
    }
}
