package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.docs.Servers;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.test.Race;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

class TransactionsTest extends GuardExample {

    private static final String PAGE = "guides/transactions.md";

    @Autowired
    private Shop.Sales sales;

    @Autowired
    private StockRoom stock;

    @Autowired
    private PlatformTransactionManager manager;

    @Test
    void aLockThatEndsBeforeTheCommitLosesUpdates() throws Exception {
        untilItShows(8, caller -> sales.sellByHand("book"), () -> quantity("book") > 92);
    }

    @Test
    void aGuardsLockEndsAfterTheCommitOfTheCaller() throws Exception {
        Race.callers(5).runAll(caller -> sales.sell("book")).requireNoFailure();
        assertThat(quantity("book")).isEqualTo(95);
        assertThat(count("audit")).isEqualTo(10); // sold, and refilled after the commit
    }

    @Test
    void aTransactionLockInAStricterTransactionOfTheCallerIsRefused() {
        TransactionTemplate strict = new TransactionTemplate(manager);
        strict.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        assertThatThrownBy(() -> strict.executeWithoutResult(status -> stock.reserve("book", 1)))
                .isInstanceOf(LockNotAcquiredException.class)
                .hasMessageContaining("READ COMMITTED");
    }

    @Test
    void joinedAndAfterTheCommit() throws Exception {
        sales.sell("book");
        statements.during(() -> sales.sell("book")).isShownOn(PAGE, "joined");
    }

    @Test
    void aSessionLockAroundAStricterTransaction() throws Exception {
        stock.recount("book");
        statements
                .ignoring("(SHOW TRANSACTION|SET SESSION).*") // Spring's, for the isolation
                .during(() -> stock.recount("book"))
                .isShownOn(PAGE, "session");
    }

    @Test
    void aStageKeepsItsLock() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<String> result = sales.synchronise("book", answer);
        assertThatThrownBy(() -> sales.synchronise("book", answer)).isInstanceOf(LockNotAcquiredException.class);
        answer.complete("done");
        assertThat(result.join()).isEqualTo("book done");
        assertThat(sales.synchronise("book", answer).join()).isEqualTo("book done");
    }

    @EnableAutoConfiguration
    @Import(Refused.class)
    static class RefusedApplication {}

    static class Refused {

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        @AdvisoryLocked(name = "a", scope = LockScope.TRANSACTION)
        public void ownTransaction() {}

        @Transactional(isolation = Isolation.SERIALIZABLE)
        @AdvisoryLocked(name = "b", scope = LockScope.TRANSACTION)
        public void strictTransaction() {}
    }

    @Test
    void whatCannotWorkIsRefusedAtStartUp() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(RefusedApplication.class)
                        .web(WebApplicationType.NONE)
                        .initializers(new Servers())
                        .run())
                .isInstanceOf(InvalidGuardException.class)
                .hasMessageContaining("has propagation REQUIRES_NEW; use REQUIRED or MANDATORY")
                .hasMessageContaining("scope = TRANSACTION needs READ COMMITTED");
    }
}
