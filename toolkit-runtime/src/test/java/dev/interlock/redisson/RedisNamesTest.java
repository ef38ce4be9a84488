package dev.interlock.redisson;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RedisNamesTest {

    private final KeyNamespace shop = new KeyNamespace("shop");

    @Test
    void theNameIsStable() {
        LockKey key = shop.key("order", "4711");
        assertThat(RedissonMutexes.redisName(key))
                .isEqualTo("interlock:{order:" + String.format("%016x", key.id()) + "}");
    }

    @Test
    void namespaceNameAndPartsMakeTheDifference() {
        Set<String> names = new HashSet<>();
        names.add(RedissonMutexes.redisName(shop.key("order")));
        names.add(RedissonMutexes.redisName(shop.key("order", "1")));
        names.add(RedissonMutexes.redisName(shop.key("order", "1", "2")));
        names.add(RedissonMutexes.redisName(shop.key("order", "12")));
        names.add(RedissonMutexes.redisName(shop.key("order1")));
        names.add(RedissonMutexes.redisName(new KeyNamespace("other").key("order", "1")));
        assertThat(names).hasSize(6);
    }

    @Test
    void partsDoNotAppear() {
        assertThat(RedissonMutexes.redisName(shop.key("order", "jane@example.org")))
                .doesNotContain("jane");
    }

    @Test
    void unusualNamesAreEscapedSoThatTheHashTagStaysWhole() {
        String name = RedissonMutexes.redisName(shop.key("a {b}:c/ü"));
        assertThat(name).startsWith("interlock:{a%20%7Bb%7D%3Ac%2F%C3%BC:");
        assertThat(name.chars().filter(letter -> letter == '{' || letter == '}'))
                .hasSize(2);
    }

    @Test
    void longNamesAreCutAndStayDifferent() {
        String many = "n".repeat(500);
        String first = RedissonMutexes.redisName(shop.key(many + "1"));
        String second = RedissonMutexes.redisName(shop.key(many + "2"));
        assertThat(first).hasSizeLessThan(120).isNotEqualTo(second);
    }
}
