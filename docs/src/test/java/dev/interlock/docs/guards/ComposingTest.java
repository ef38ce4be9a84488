package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class ComposingTest extends GuardExample {

    @Autowired
    private Archive archive;

    @Test
    void aComposedAnnotationTakesTheSameLock() {
        transactions.executeWithoutResult(status -> {
            jdbc.sql("SELECT pg_advisory_xact_lock(interlock_lock_key('docs', 'document', 'acme', '7'))")
                    .query()
                    .listOfRows();
            assertThatThrownBy(() -> archive.move("acme", 7)).isInstanceOf(LockNotAcquiredException.class);
            archive.move("acme", 8);
        });
    }

    @Test
    void severalGuardsNestInTheOrderOfTheirStages() throws Exception {
        archive.refund(reference(), "a", 1, 5);
        String reference = reference();
        statements.during(() -> archive.refund(reference, "a", 1, 5)).isShownOn("guards/composing.md", "several");
    }

    @Test
    void allOfThemHold() throws Exception {
        String reference = reference();
        Race.callers(16).runAll(caller -> archive.refund(reference, "a", 1, 5)).requireNoFailure();
        assertThat(jdbc.sql("SELECT cents FROM ledger WHERE account_id = 1")
                        .query(Long.class)
                        .single())
                .isEqualTo(1_005);
    }

    private static String reference() {
        return UUID.randomUUID().toString();
    }
}
