package dev.interlock.samples.invoicing;

import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.List;

/** What all customers are invoiced for a month. */
record Bill(YearMonth month, BigDecimal total, List<Invoice> invoices) {

    static Bill of(YearMonth month, List<Invoice> invoices) {
        BigDecimal total = invoices.stream().map(Invoice::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
        return new Bill(month, total, List.copyOf(invoices));
    }
}
