package dev.interlock.redisson;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import java.util.HexFormat;

/**
 * Names in Redis: of locks, {@code interlock:{order:3fa9bc0d12345678}}, and of records, {@code interlock:idempotency:{id}}.
 *
 * <p>A lock's name is there for operators to read, the sixteen hex digits are {@link LockKey#id()} and make the
 * difference: namespace, name and parts are all hashed into them, so that two locks share a Redis name only if 64 bits of
 * SHA-256 collide and their names are the same. No part of a key appears in clear. The braces are a hash tag of Redis
 * Cluster: all that Redisson keeps beside a lock lives in the same slot,
 * and so does what is kept beside a record.
 */
final class RedisNames {

    private static final int LONGEST = 80;

    private RedisNames() {}

    static String of(LockKey key) {
        return "interlock:{" + readable(key.name()) + ":" + id(key) + "}";
    }

    /** A lock that nobody takes, to ask whether Redis answers. */
    static String probe() {
        return of(new KeyNamespace("interlock").key("start-up"));
    }

    /** @param id of the record of an idempotent call, which is a hash and shows nothing */
    static String ofRecord(String id) {
        return "interlock:idempotency:{" + id + "}";
    }

    static String id(LockKey key) {
        return HexFormat.of().toHexDigits(key.id());
    }

    /** Letters, digits, dot, dash and underscore as they are, other bytes of UTF-8 as {@code %2F}; a long name is cut. */
    private static String readable(String name) {
        StringBuilder escaped = new StringBuilder(name.length());
        for (byte octet : name.getBytes(UTF_8)) {
            if (escaped.length() >= LONGEST) {
                break;
            }
            if (isPlain(octet)) {
                escaped.append((char) octet);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            }
        }
        return escaped.toString();
    }

    private static boolean isPlain(byte octet) {
        return octet >= 'a' && octet <= 'z'
                || octet >= 'A' && octet <= 'Z'
                || octet >= '0' && octet <= '9'
                || octet == '.'
                || octet == '-'
                || octet == '_';
    }
}
