package dev.interlock.weaving;

/** How guards get around methods. One of the two, never both. */
public enum WeavingMode {
    /** Spring proxies: calls from other beans to overridable methods. */
    PROXY,
    /** AspectJ, at load time or compile time: every call, private and self-invoked methods included. */
    ASPECTJ
}
