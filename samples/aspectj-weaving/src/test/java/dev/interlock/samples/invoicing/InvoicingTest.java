package dev.interlock.samples.invoicing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.GuardPlan;
import dev.interlock.guard.GuardPlans;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;

/** What guards do that no proxy could see: on private methods, called by their own class, also of an object that is no bean. */
@SpringBootTest
@DirtiesContext
class InvoicingTest {

    private static final int CUSTOMERS = 20;

    @Autowired
    private Billing billing;

    @Autowired
    private GuardPlans plans;

    @Autowired
    private JdbcClient jdbc;

    private Callers callers;

    @BeforeEach
    void open() {
        callers = new Callers(billing, jdbc);
        jdbc.sql("DELETE FROM invoice").update();
    }

    @Test
    void aMonthThatManyBillAtOnceHasOneInvoiceForEachCustomer() throws Exception {
        YearMonth month = YearMonth.of(2001, 1);
        List<Bill> bills = callers.billOneMonth(month).requireNoFailure().values();

        assertThat(bills).hasSize(Callers.COUNT).containsOnly(bills.get(0));
        assertThat(bills.get(0).invoices())
                .extracting(Invoice::customer)
                .hasSize(CUSTOMERS)
                .doesNotHaveDuplicates();
        assertThat(numbers(2001)).isEqualTo(oneTo(CUSTOMERS));
        assertThat(billing.bill(month)).isEqualTo(bills.get(0));
    }

    @Test
    void monthsThatAreBilledAtOnceShareTheNumbersOfTheirYear() throws Exception {
        callers.billMonthsFrom(YearMonth.of(2002, 1)).requireNoFailure();

        assertThat(numbers(2002)).isEqualTo(oneTo(12 * CUSTOMERS));
        assertThat(numbers(2003)).isEqualTo(oneTo((Callers.COUNT - 12) * CUSTOMERS));
    }

    @Test
    void paymentsIntoOneAccountAreAllBooked() throws Exception {
        callers.payInto("customer-1").requireNoFailure();

        assertThat(new Account("customer-1", jdbc).balance())
                .isEqualByComparingTo(BigDecimal.valueOf((long) Callers.COUNT * Callers.PAYMENTS));
    }

    /** The transaction of the number is that of its invoice, or the lock would be gone before the invoice is there. */
    @Test
    void theNumberIsLockedInTheTransactionOfTheInvoice() {
        assertThat(plans.all())
                .map(GuardPlan::toString)
                .anySatisfy(plan ->
                        assertThat(plan).startsWith("Billing.nextNumber(int)").contains("scope=TRANSACTION"));
    }

    private List<Integer> numbers(int year) {
        return jdbc.sql("SELECT number FROM invoice WHERE year = ? ORDER BY number")
                .param(year)
                .query(Integer.class)
                .list();
    }

    private static List<Integer> oneTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }
}
