package dev.interlock.key;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * Derives the 64-bit key of a lock from its namespace, name and parts.
 *
 * <p>The key is the first eight bytes, read big-endian, of SHA-256 over the concatenation of the encoded elements
 *
 * <pre>{@code "interlock/v1", namespace, name, part 1, ..., part n}</pre>
 *
 * <p>where an element is encoded as the length of its UTF-8 form in bytes, four bytes big-endian, and the UTF-8 form.
 *
 * <p><b>The encoding is injective.</b> A reader takes four bytes, then as many bytes as they say, and repeats to the end of
 * the input: there is one way to read every encoding, so two element lists with the same encoding have the same UTF-8 forms
 * in the same order. UTF-8 is one to one on well-formed text. It is not on unpaired surrogates, which Java replaces by a
 * question mark; they are refused before they get here (see {@link CanonicalText}). The namespace and the name have fixed
 * places, so neither can be mistaken for a part, and {@code ["ab","c"]}, {@code ["a","bc"]} and {@code ["abc"]} differ.
 *
 * <p><b>The hash is not, and need not be.</b> When two keys share their 64 bits, their holders exclude each other for no
 * reason; two holders of one key never fail to. Among a million keys in use the chance that any two collide is below one in
 * thirty million. The element {@code interlock/v1} leaves room for another derivation and keeps the keys apart from those of
 * other users of the same database who hash plain names.
 *
 * <p>Text is compared as it is, without Unicode normalisation or case folding. The SQL function {@code interlock_lock_key}
 * computes the same number; whoever changes one changes both, and the version.
 */
final class KeyDerivation {

    private static final String VERSION = "interlock/v1";

    private KeyDerivation() {}

    static long id(KeyNamespace namespace, String name, List<String> parts) {
        return ByteBuffer.wrap(Sha256.of(encode(namespace, name, parts))).getLong();
    }

    /** Four hex digits that tell keys apart in one log and say nothing outside of it: the salt dies with the JVM. */
    static String fingerprint(KeyNamespace namespace, String name, List<String> parts) {
        MessageDigest digest = Sha256.fresh();
        digest.update(Salt.VALUE);
        return HexFormat.of().formatHex(digest.digest(encode(namespace, name, parts)), 0, 2);
    }

    /** The whole hash of the same elements with another first one, so that it has nothing in common with the id. */
    static byte[] digest(String purpose, KeyNamespace namespace, String name, List<String> parts) {
        return Sha256.of(encode(purpose, namespace, name, parts));
    }

    static byte[] encode(KeyNamespace namespace, String name, List<String> parts) {
        return encode(VERSION, namespace, name, parts);
    }

    private static byte[] encode(String purpose, KeyNamespace namespace, String name, List<String> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        append(out, purpose);
        append(out, namespace.value());
        append(out, name);
        for (String part : parts) {
            append(out, part);
        }
        return out.toByteArray();
    }

    private static void append(ByteArrayOutputStream out, String element) {
        byte[] utf8 = element.getBytes(StandardCharsets.UTF_8);
        out.write(utf8.length >>> 24);
        out.write(utf8.length >>> 16);
        out.write(utf8.length >>> 8);
        out.write(utf8.length);
        out.writeBytes(utf8);
    }

    private static final class Salt {

        static final byte[] VALUE = new byte[16];

        static {
            new SecureRandom().nextBytes(VALUE);
        }
    }
}
