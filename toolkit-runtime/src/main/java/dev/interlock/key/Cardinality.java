package dev.interlock.key;

/** How many values one part of a key stands for, as far as its declared type tells. */
enum Cardinality {
    /** One in every call. */
    ONE,

    /** Known at each call only: the type is open, as {@code Object} and interfaces are, and the value may be a collection. */
    OPEN,

    /** A collection or array in every call. */
    SEVERAL;

    static Cardinality of(Class<?> declared) {
        if (CanonicalText.isSeveral(declared) || declared == Iterable.class) {
            return SEVERAL;
        }
        return declared == Object.class || declared.isInterface() ? OPEN : ONE;
    }
}
