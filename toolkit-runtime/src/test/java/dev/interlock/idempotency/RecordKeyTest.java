package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.key.InvalidKeyException;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordKeyTest {

    private static final KeyNamespace NAMESPACE = new KeyNamespace("shop");
    private static final LockKey KEY = NAMESPACE.key("pay", "a");

    @Test
    void whateverTellsCallsApartMakesAnotherRecord() {
        List<RecordKey> keys = List.of(
                RecordKey.shared(KEY),
                RecordKey.shared(NAMESPACE.key("pay", "b")),
                RecordKey.shared(NAMESPACE.key("pay", "a", "b")),
                RecordKey.shared(NAMESPACE.key("refund", "a")),
                RecordKey.shared(new KeyNamespace("other").key("pay", "a")),
                RecordKey.ofCaller(KEY, "ann"),
                RecordKey.ofCaller(KEY, "bob"),
                RecordKey.ofCaller(NAMESPACE.key("pay", "ann"), "a"),
                RecordKey.shared(NAMESPACE.key("pay", "ann", "a")));
        assertThat(Set.copyOf(keys)).hasSize(keys.size());
        assertThat(keys.stream().map(RecordKey::hex).collect(Collectors.toSet()))
                .hasSize(keys.size());
        assertThat(keys.stream().map(RecordKey::lockId).collect(Collectors.toSet()))
                .hasSize(keys.size());
        assertThat(keys.stream().map(RecordKey::downstreamKey).collect(Collectors.toSet()))
                .hasSize(keys.size());
    }

    @Test
    void equalOnesHaveOneIdOnEveryNode() {
        assertThat(RecordKey.shared(KEY)).isEqualTo(RecordKey.shared(NAMESPACE.key("pay", "a")));
        assertThat(RecordKey.shared(KEY).hex())
                .isEqualTo("c7a99f32ffa4542185ad3350c11e1b15e67ac797fb637dae038c86101834178c");
    }

    @Test
    void aLockOfTheSameNameAndKeyIsAnotherLock() {
        assertThat(RecordKey.shared(KEY).lockId()).isNotEqualTo(KEY.id());
    }

    @Test
    void theDownstreamKeyIsAUuidThatTellsNothing() {
        String key = RecordKey.shared(KEY).downstreamKey();
        assertThat(UUID.fromString(key)).hasToString(key);
        assertThat(UUID.fromString(key).version()).isEqualTo(8);
        assertThat(UUID.fromString(key).variant()).isEqualTo(2);
        assertThat(RecordKey.shared(KEY).hex()).doesNotContain(key.replace("-", ""));
    }

    @Test
    void neitherKeyNorCallerIsShown() {
        assertThat(RecordKey.ofCaller(NAMESPACE.key("pay", "secret-key"), "ann"))
                .asString()
                .contains("pay")
                .doesNotContain("secret-key")
                .doesNotContain("ann");
    }

    @Test
    void aCallerWithoutANameIsRefused() {
        Stream.of("", " ", "a\u0000")
                .forEach(caller -> assertThatThrownBy(() -> RecordKey.ofCaller(KEY, caller))
                        .isInstanceOf(InvalidKeyException.class));
    }
}
