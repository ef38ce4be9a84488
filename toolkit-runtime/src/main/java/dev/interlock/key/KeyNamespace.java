package dev.interlock.key;

import java.util.List;

/**
 * The namespace that all keys of a service live in; it makes {@link LockKey}s.
 *
 * <p>Services that shall exclude each other on one database share the namespace, others use different ones. Equal text is
 * an equal namespace. Immutable and thread-safe.
 *
 * @param value not blank, well-formed text, usually the property {@code interlock.namespace}
 */
public record KeyNamespace(String value) {

    /** @throws IllegalArgumentException if the value is null, blank or ill-formed text */
    public KeyNamespace {
        String fault = CanonicalText.fault(value);
        if (fault != null) {
            throw new IllegalArgumentException(
                    "The namespace of keys " + fault + "; set interlock.namespace or spring.application.name");
        }
    }

    /**
     * The key with this name and these parts, which are taken as canonical text already: {@code key("order", "5")} is the
     * key that {@code @AdvisoryLocked(name = "order", key = "#id")} has for the argument {@code 5L}.
     *
     * @param parts none for one lock per name
     * @throws InvalidKeyException if the name or a part is null, blank or ill-formed text
     */
    public LockKey key(String name, String... parts) {
        String fault = CanonicalText.fault(name);
        if (fault != null) {
            throw new InvalidKeyException("The name of a key " + fault);
        }
        String[] own = parts.clone();
        for (int i = 0; i < own.length; i++) {
            fault = CanonicalText.fault(own[i]);
            if (fault != null) {
                throw new InvalidKeyException("Part " + (i + 1) + " of key '" + name + "' " + fault);
            }
        }
        return new LockKey(this, name, List.of(own));
    }

    /**
     * The keys with this name and these parts, as an annotation's {@code key} has them: each part becomes text by the same
     * rules, and one of them may be a collection or array, which gives one key for each different element.
     *
     * @param parts none for one lock per name
     * @return unmodifiable, not empty, in the order in which to take them
     * @throws InvalidKeyException if the name or a part has no canonical text, or by the rules of
     *     {@link KeyExpression#evaluateAll}
     */
    public List<LockKey> keys(String name, Object... parts) {
        String fault = CanonicalText.fault(name);
        if (fault != null) {
            throw new InvalidKeyException("The name of a key " + fault);
        }
        String[] texts = new String[parts.length];
        int several = -1;
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == null || !CanonicalText.isSeveral(parts[i].getClass())) {
                texts[i] = CanonicalText.of(parts[i], place(name, i));
            } else if (several < 0) {
                several = i;
            } else {
                throw new InvalidKeyException(place(name, i) + " is a collection or array besides part " + (several + 1)
                        + "; one part may be");
            }
        }
        return several < 0
                ? List.of(new LockKey(this, name, List.of(texts)))
                : SeveralKeys.of(this, name, texts, several, parts[several], place(name, several));
    }

    private static String place(String name, int part) {
        return "Part " + (part + 1) + " of key '" + name + "'";
    }

    @Override
    public String toString() {
        return value;
    }
}
