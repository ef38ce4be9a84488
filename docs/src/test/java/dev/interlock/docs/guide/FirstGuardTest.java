package dev.interlock.docs.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.docs.Servers;
import dev.interlock.test.Race;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.annotation.Transactional;

@SpringBootTest(classes = FirstGuardTest.Application.class)
@ContextConfiguration(initializers = Servers.class)
class FirstGuardTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Accounts.class, UnguardedAccounts.class})
    static class Application {}

    @Service
    static class UnguardedAccounts {

        private final JdbcClient jdbc;

        UnguardedAccounts(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void deposit(long accountId, long cents) {
            long balance = jdbc.sql("SELECT cents FROM account WHERE id = ?")
                    .param(accountId)
                    .query(Long.class)
                    .single();
            jdbc.sql("UPDATE account SET cents = ? WHERE id = ?")
                    .params(balance + cents, accountId)
                    .update();
        }
    }

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Accounts accounts;

    @Autowired
    private UnguardedAccounts unguarded;

    @BeforeEach
    void emptyAccount() {
        jdbc.sql("DROP TABLE IF EXISTS account").update();
        jdbc.sql("CREATE TABLE account (id bigint PRIMARY KEY, cents bigint NOT NULL)")
                .update();
        jdbc.sql("INSERT INTO account VALUES (1, 0)").update();
    }

    @Test
    void everyDepositCounts() throws Exception {
        deposit(() -> accounts.deposit(1, 1));
        assertThat(cents()).isEqualTo(CALLERS);
    }

    @Test
    void withoutTheLockDepositsAreLost() throws Exception {
        deposit(() -> unguarded.deposit(1, 1));
        assertThat(cents()).isLessThan(CALLERS);
    }

    private static final int CALLERS = 64;

    private static void deposit(Runnable deposit) throws Exception {
        Race.callers(CALLERS).runAll(caller -> deposit.run());
    }

    private long cents() {
        return jdbc.sql("SELECT cents FROM account WHERE id = 1")
                .query(Long.class)
                .single();
    }
}
