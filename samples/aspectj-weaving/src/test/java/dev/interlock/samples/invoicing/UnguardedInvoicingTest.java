package dev.interlock.samples.invoicing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.YearMonth;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;

/**
 * The control arm: the same woven code with its transactions, but with the guards switched off. What the constraints of
 * {@code schema.sql} keep out of the database then fails for the callers, or {@link InvoicingTest} proves nothing.
 */
@SpringBootTest(properties = "interlock.enabled=false")
@DirtiesContext
class UnguardedInvoicingTest {

    @Autowired
    private Billing billing;

    @Autowired
    private JdbcClient jdbc;

    private Callers callers;

    @BeforeEach
    void open() {
        callers = new Callers(billing, jdbc);
    }

    @Test
    void aMonthIsBilledTwice() throws Exception {
        assertThat(callers.billOneMonth(YearMonth.of(2001, 1)).failures(DuplicateKeyException.class))
                .isNotEmpty();
    }

    @Test
    void aNumberIsGivenTwice() throws Exception {
        assertThat(callers.billMonthsFrom(YearMonth.of(2002, 1)).failures(DuplicateKeyException.class))
                .isNotEmpty();
    }

    @Test
    void aPaymentMeetsAConflict() throws Exception {
        assertThat(callers.payInto("customer-1").failures(ConcurrencyFailureException.class))
                .isNotEmpty();
    }
}
