package dev.interlock.samples.invoicing;

import java.math.BigDecimal;
import java.time.YearMonth;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class InvoicingController {

    private final Billing billing;
    private final JdbcClient jdbc;

    InvoicingController(Billing billing, JdbcClient jdbc) {
        this.billing = billing;
        this.jdbc = jdbc;
    }

    @PostMapping("/bills/{month}")
    Bill bill(@PathVariable YearMonth month) {
        return billing.bill(month);
    }

    @PostMapping("/accounts/{customer}/payments")
    BigDecimal book(@PathVariable String customer, @RequestBody List<BigDecimal> payments) {
        return new Account(customer, jdbc).book(payments);
    }

    @GetMapping("/accounts/{customer}")
    BigDecimal balance(@PathVariable String customer) {
        return new Account(customer, jdbc).balance();
    }
}
