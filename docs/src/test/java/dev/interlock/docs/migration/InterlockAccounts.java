package dev.interlock.docs.migration;

import dev.interlock.annotation.RetryOnConflict;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

@Component
class InterlockAccounts {

    private final Balances accounts;
    private final Attempts attempts;

    InterlockAccounts(Balances accounts, Attempts attempts) {
        this.accounts = accounts;
        this.attempts = attempts;
    }

    // tag::after[]
    @RetryOnConflict(maxRetries = 10, timeout = "10s")
    @Transactional(isolation = Isolation.SERIALIZABLE)
    public void deposit(long id, long cents) {
        attempts.count();
        accounts.write(id, accounts.read(id) + cents);
    }
    // end::after[]
}
