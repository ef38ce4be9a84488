package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.InterlockException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class LockKeyTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");

    @Test
    void keysAreEqualByNamespaceNameAndParts() {
        assertThat(SHOP.key("order", "5"))
                .isEqualTo(new KeyNamespace("shop").key("order", "5"))
                .hasSameHashCodeAs(new KeyNamespace("shop").key("order", "5"))
                .isNotEqualTo(new KeyNamespace("other").key("order", "5"))
                .isNotEqualTo(SHOP.key("orders", "5"))
                .isNotEqualTo(SHOP.key("order", "5", "5"))
                .isNotEqualTo(SHOP.key("order"))
                .isNotEqualTo("order");
    }

    @Test
    void idIsStable() {
        LockKey key = SHOP.key("order", "5");
        assertThat(key.id())
                .isEqualTo(key.id())
                .isEqualTo(SHOP.key("order", "5").id());
    }

    @Test
    void partsAreACopyAndUnmodifiable() {
        String[] parts = {"5"};
        LockKey key = SHOP.key("order", parts);
        parts[0] = "6";
        assertThat(key.parts()).containsExactly("5");
        assertThat(key.name()).isEqualTo("order");
        assertThatThrownBy(() -> key.parts().set(0, "6")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void textShowsTheFingerprintAndNeverAPart() {
        LockKey key = SHOP.key("order", "jane@example.org");
        assertThat(key.fingerprint()).matches("[0-9a-f]{4}");
        assertThat(key).hasToString("'order' (key " + key.fingerprint() + "…)");
        assertThat(SHOP.key("nightly")).hasToString("'nightly'");
    }

    @Test
    void fingerprintsTellKeysApartAndDoNotShowTheId() {
        Set<String> fingerprints = new HashSet<>();
        int sameAsId = 0;
        for (int i = 0; i < 1000; i++) {
            LockKey key = SHOP.key("order", Integer.toString(i));
            fingerprints.add(key.fingerprint());
            sameAsId += String.format("%016x", key.id()).startsWith(key.fingerprint()) ? 1 : 0;
        }
        assertThat(fingerprints).hasSizeGreaterThan(950);
        assertThat(sameAsId).isLessThan(5);
    }

    @Test
    void namespaceIsRequired() {
        assertThatThrownBy(() -> new KeyNamespace(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The namespace of keys is blank; every element of a key needs a value;"
                        + " set interlock.namespace or spring.application.name");
        assertThatThrownBy(() -> new KeyNamespace(null)).hasMessageStartingWith("The namespace of keys is null;");
        assertThat(SHOP).hasToString("shop");
    }

    @Test
    void nameAndPartsAreRequired() {
        assertRefused("", new String[0], "The name of a key is blank; every element of a key needs a value");
        assertRefused(
                "a\0b",
                new String[0],
                "The name of a key contains the character U+0000, which Postgres text cannot hold; remove it");
        assertRefused(
                "order",
                new String[] {"x", null},
                "Part 2 of key 'order' is null; every element of a key needs a value");
        assertRefused(
                "order",
                new String[] {"\u2003\t"},
                "Part 1 of key 'order' is blank; every element of a key needs a value");
        assertRefused(
                "order",
                new String[] {"a\ud83d"},
                "Part 1 of key 'order' contains an unpaired surrogate, which has no UTF-8 form; pass well-formed text");
    }

    private static void assertRefused(String name, String[] parts, String message) {
        assertThatThrownBy(() -> SHOP.key(name, parts))
                .isInstanceOf(InvalidKeyException.class)
                .isInstanceOf(InterlockException.class)
                .isNotInstanceOf(DataAccessException.class)
                .hasMessage(message);
    }
}
