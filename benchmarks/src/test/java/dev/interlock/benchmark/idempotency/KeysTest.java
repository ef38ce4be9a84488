package dev.interlock.benchmark.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeysTest {

    private static final long SHOP = 7;

    @Test
    void freshKeysDiffer() {
        Keys keys = Keys.fresh(SHOP);
        assertThat(next(keys, 100)).hasSize(100);
        assertThat(keys.distinct()).isEqualTo(100);
    }

    @Test
    void recurringKeysComeInTurn() {
        Keys keys = Keys.recurring(SHOP, 3);
        Set<String> once = next(keys, 3);
        assertThat(once).hasSize(3).isEqualTo(next(keys, 7));
        assertThat(keys.distinct()).isEqualTo(3);
    }

    @Test
    void keyOfARoundIsTheSameForAllItsCalls() {
        Keys keys = Keys.ofRounds(SHOP);
        assertThat(keys.distinct()).isZero();
        keys.beginRound();
        Set<String> first = next(keys, 5);
        keys.beginRound();
        assertThat(first).hasSize(1).isNotEqualTo(next(keys, 5));
        assertThat(keys.distinct()).isEqualTo(2);
    }

    @Test
    void shopsShareNoKey() {
        assertThat(Keys.fresh(1).next()).isNotEqualTo(Keys.fresh(2).next());
    }

    private static Set<String> next(Keys keys, int calls) {
        Set<String> taken = new HashSet<>();
        IntStream.range(0, calls).forEach(call -> taken.add(keys.next()));
        return taken;
    }
}
