package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.docs.guards.Documents.Document;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.key.KeyNamespace;
import dev.interlock.lock.LockNotAcquiredException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class KeysTest extends GuardExample {

    /** What the page shows, with its comment. */
    private static final String TWIN =
            "SELECT pg_advisory_xact_lock(interlock_lock_key('docs', 'document', 'acme', '7'))";

    @Autowired
    private Documents documents;

    @Test
    void theLockInSqlExcludesTheAnnotation() throws Exception {
        assertThat(Files.readString(Path.of("guards/keys.md"))).contains(TWIN);
        transactions.executeWithoutResult(status -> {
            jdbc.sql(TWIN).query().listOfRows();
            assertBusy(() -> documents.edit(new Document("acme", 7)));
            assertBusy(() -> documents.editSeven("acme"));
            assertThatCode(() -> documents.edit(new Document("acme", 8))).doesNotThrowAnyException();
        });
    }

    @Test
    void severalKeysAreSeveralLocks() {
        UUID one = UUID.randomUUID();
        UUID two = UUID.randomUUID();
        transactions.executeWithoutResult(status -> {
            jdbc.sql("SELECT pg_advisory_xact_lock(interlock_lock_key('docs', 'folder', ?))")
                    .param(two.toString())
                    .query()
                    .listOfRows();
            assertBusy(() -> documents.openAll(List.of(one, two)));
            documents.open(one);
        });
        documents.openAll(List.of(one, two, one));
        assertThatThrownBy(() -> documents.openAll(List.of())).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void nullAndBlankAreErrors() {
        assertThatThrownBy(() -> documents.editSeven(null)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> documents.editSeven(" ")).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> documents.openAll(Arrays.asList(UUID.randomUUID(), null)))
                .isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void thePageShowsTheRightNumber() throws Exception {
        long id = new KeyNamespace("shop").key("order", "42").id();
        assertThat(jdbc.sql("SELECT interlock_lock_key('shop', 'order', '42')")
                        .query(Long.class)
                        .single())
                .isEqualTo(id);
        assertThat(Files.readString(Path.of("guards/keys.md"))).contains("= " + id);
    }

    private static void assertBusy(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(LockNotAcquiredException.class);
    }
}
