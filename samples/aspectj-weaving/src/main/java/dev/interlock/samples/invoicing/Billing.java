package dev.interlock.samples.invoicing;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Invoices of a month: one for each customer, numbered without gaps, whoever asks for them at the same time. */
@Service
class Billing {

    private final JdbcClient jdbc;

    Billing(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Each invoice commits by itself: after a crash the next call goes on where this one ended. */
    Bill bill(YearMonth month) {
        List<Invoice> invoices = new ArrayList<>();
        for (String customer : customers()) {
            invoices.add(invoice(customer, month));
        }
        return Bill.of(month, invoices);
    }

    /** The second call for a customer and a month gets the invoice of the first. */
    @Transactional
    @Idempotent(
            name = "invoice",
            key = {"#customer", "#month"},
            ttl = "365d")
    private Invoice invoice(String customer, YearMonth month) {
        BigDecimal fee = jdbc.sql("SELECT monthly_fee FROM customer WHERE name = ?")
                .param(customer)
                .query(BigDecimal.class)
                .single();
        Invoice invoice = new Invoice(month.getYear(), nextNumber(month.getYear()), customer, month, fee);
        jdbc.sql("INSERT INTO invoice (year, number, customer, month, amount) VALUES (?, ?, ?, ?, ?)")
                .params(invoice.year(), invoice.number(), customer, month.toString(), fee)
                .update();
        return invoice;
    }

    /** The lock is held until the invoice is committed or rolled back, so the next number is that of the next invoice. */
    @Transactional(propagation = Propagation.MANDATORY)
    @AdvisoryLocked(name = "invoice-number", key = "#year")
    private int nextNumber(int year) {
        return jdbc.sql("SELECT coalesce(max(number), 0) + 1 FROM invoice WHERE year = ?")
                .param(year)
                .query(Integer.class)
                .single();
    }

    private List<String> customers() {
        return jdbc.sql("SELECT name FROM customer ORDER BY name")
                .query(String.class)
                .list();
    }
}
