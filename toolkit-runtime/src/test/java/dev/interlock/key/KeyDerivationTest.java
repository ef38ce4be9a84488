package dev.interlock.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyDerivationTest {

    private static final KeyNamespace SHOP = new KeyNamespace("shop");

    @Test
    void encodingIsAsPublished() {
        byte[] encoded = KeyDerivation.encode(SHOP, "order", List.of("5", "é"));
        String hex = "0000000c" + HexFormat.of().formatHex("interlock/v1".getBytes(StandardCharsets.US_ASCII))
                + "00000004" + "73686f70" + "00000005" + "6f72646572" + "00000001" + "35" + "00000002" + "c3a9";
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(hex);
    }

    /** Numbers from an independent computation: a change of the derivation would let old and new nodes run side by side. */
    @Test
    void idsArePinned() {
        assertThat(SHOP.key("order", "5").id()).isEqualTo(-3059411250980573436L);
        assertThat(SHOP.key("nightly-import").id()).isEqualTo(6136321632920853204L);
        assertThat(SHOP.key("order", "ключ", "😀").id()).isEqualTo(3993713851767104973L);
    }

    @Test
    void everyEncodingReadsBackAsItsElements() {
        SplittableRandom random = new SplittableRandom(20260101);
        for (int i = 0; i < 1_000_000; i++) {
            List<String> elements =
                    new ArrayList<>(List.of("interlock/v1", Texts.random(random), Texts.random(random)));
            List<String> parts = Texts.list(random);
            elements.addAll(parts);
            byte[] encoded = KeyDerivation.encode(new KeyNamespace(elements.get(1)), elements.get(2), parts);
            assertThat(decode(encoded).equals(elements)).as("%s", elements).isTrue();
        }
    }

    @Test
    void boundariesBetweenElementsCount() {
        List<LockKey> keys = List.of(
                SHOP.key("n", "ab", "c"),
                SHOP.key("n", "a", "bc"),
                SHOP.key("n", "abc"),
                SHOP.key("n", "a", "b", "c"),
                SHOP.key("n", "c", "ab"),
                SHOP.key("na", "bc"),
                SHOP.key("n"),
                SHOP.key("n", "n"),
                new KeyNamespace("shopn").key("n"),
                new KeyNamespace("n").key("shop"));
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(keys).extracting(LockKey::id).doesNotHaveDuplicates();
    }

    private static List<String> decode(byte[] encoded) {
        List<String> elements = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(encoded);
        while (in.hasRemaining()) {
            byte[] utf8 = new byte[in.getInt()];
            in.get(utf8);
            elements.add(new String(utf8, StandardCharsets.UTF_8));
        }
        return elements;
    }
}
