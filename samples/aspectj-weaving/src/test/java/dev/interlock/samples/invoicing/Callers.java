package dev.interlock.samples.invoicing;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.Collections;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Calls that begin at the same instant, the same for guarded code and for the control arm. */
record Callers(Billing billing, JdbcClient jdbc) {

    static final int COUNT = 16;
    static final int PAYMENTS = 5;

    /** All for one month. */
    RaceResult<Bill> billOneMonth(YearMonth month) throws InterruptedException {
        return Race.callers(COUNT).run(caller -> billing.bill(month));
    }

    /** Each for a month of its own, all of the same year or the next one. */
    RaceResult<Bill> billMonthsFrom(YearMonth first) throws InterruptedException {
        return Race.callers(COUNT).run(caller -> billing.bill(first.plusMonths(caller.number())));
    }

    /** Each for the same account, one unit at a time. */
    RaceResult<BigDecimal> payInto(String customer) throws InterruptedException {
        return Race.callers(COUNT)
                .run(caller -> new Account(customer, jdbc).book(Collections.nCopies(PAYMENTS, BigDecimal.ONE)));
    }
}
