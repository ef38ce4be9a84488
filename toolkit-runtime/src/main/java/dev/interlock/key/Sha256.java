package dev.interlock.key;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform has to provide. Thread-safe. */
public final class Sha256 {

    /** To be cloned: to look one up takes longer than to hash a key. */
    private static final MessageDigest PROTOTYPE = find();

    private Sha256() {}

    /** The hash of the bytes, 32 bytes. */
    public static byte[] of(byte[] bytes) {
        return fresh().digest(bytes);
    }

    static MessageDigest fresh() {
        try {
            return (MessageDigest) PROTOTYPE.clone();
        } catch (CloneNotSupportedException unusual) {
            return find();
        }
    }

    private static MessageDigest find() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has to provide SHA-256", e);
        }
    }
}
