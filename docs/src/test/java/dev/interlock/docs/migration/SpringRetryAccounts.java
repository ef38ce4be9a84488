package dev.interlock.docs.migration;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

// tag::before[]
@Component
class SpringRetryAccounts {

    private final Balances accounts;
    private final Attempts attempts;

    SpringRetryAccounts(Balances accounts, Attempts attempts) {
        this.accounts = accounts;
        this.attempts = attempts;
    }

    @Retryable(
            retryFor = ConcurrencyFailureException.class,
            maxAttempts = 11,
            backoff = @Backoff(delay = 10, multiplier = 2, maxDelay = 250, random = true))
    @Transactional(isolation = Isolation.SERIALIZABLE)
    public void deposit(long id, long cents) {
        attempts.count();
        accounts.write(id, accounts.read(id) + cents);
    }
}
// end::before[]
