package dev.interlock.samples.invoicing;

import dev.interlock.annotation.RetryOnConflict;
import java.math.BigDecimal;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** The account of a customer: an object of the domain, made with {@code new}, that no proxy could be put around. */
record Account(String customer, JdbcClient jdbc) {

    /** Books each payment by itself. @return the balance after the last one */
    BigDecimal book(List<BigDecimal> payments) {
        BigDecimal balance = balance();
        for (BigDecimal payment : payments) {
            balance = book(payment);
        }
        return balance;
    }

    /** Postgres ends an attempt that has read an old balance; the next one reads the new one. */
    @Transactional(isolation = Isolation.REPEATABLE_READ)
    @RetryOnConflict(maxRetries = 20, timeout = "5s")
    private BigDecimal book(BigDecimal payment) {
        BigDecimal balance = balance().add(payment);
        jdbc.sql("UPDATE customer SET balance = ? WHERE name = ?")
                .params(balance, customer)
                .update();
        return balance;
    }

    BigDecimal balance() {
        return jdbc.sql("SELECT balance FROM customer WHERE name = ?")
                .param(customer)
                .query(BigDecimal.class)
                .single();
    }
}
