package dev.interlock.samples.racelab;

import dev.interlock.annotation.RetryOnConflict;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Optimistic locking where everybody wants the same row: nothing is lost, but nearly every caller is told of a conflict. */
@Component
class HotAccountScene implements Scene {

    private final HotAccount account;
    private final Unguarded unguarded;
    private final Guarded guarded;

    HotAccountScene(HotAccount account, Unguarded unguarded, Guarded guarded) {
        this.account = account;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final HotAccount account;

        Unguarded(HotAccount account) {
            this.account = account;
        }

        @Transactional
        public long addCredit(long accountId) {
            return account.addCredit(accountId);
        }
    }

    @Component
    static class Guarded {

        private final HotAccount account;

        Guarded(HotAccount account) {
            this.account = account;
        }

        @RetryOnConflict(maxRetries = 1_000, timeout = "60s")
        @Transactional
        public long addCredit(long accountId) {
            return account.addCredit(accountId);
        }
    }

    @Override
    public String name() {
        return "hot-account";
    }

    @Override
    public String title() {
        return "A hot account with a version";
    }

    @Override
    public Theme theme() {
        return Theme.SUMS;
    }

    @Override
    public String problem() {
        return "The version lets one of many concurrent updates through, and all other callers get an error.";
    }

    @Override
    public void reset() {
        account.reset();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.addCredit(HotAccount.ID);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.addCredit(HotAccount.ID);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return account.violations(answers);
    }
}
