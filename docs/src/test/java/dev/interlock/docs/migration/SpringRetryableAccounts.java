package dev.interlock.docs.migration;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

@Component
class SpringRetryableAccounts {

    private final Balances accounts;
    private final Attempts attempts;

    SpringRetryableAccounts(Balances accounts, Attempts attempts) {
        this.accounts = accounts;
        this.attempts = attempts;
    }

    // tag::before[]
    @Retryable(
            includes = ConcurrencyFailureException.class,
            maxRetries = 10,
            delay = 10,
            multiplier = 2,
            maxDelay = 250,
            jitter = 10)
    @Transactional(isolation = Isolation.SERIALIZABLE)
    public void deposit(long id, long cents) {
        attempts.count();
        accounts.write(id, accounts.read(id) + cents);
    }
    // end::before[]
}
