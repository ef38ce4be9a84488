package dev.interlock.samples.racelab;

import dev.interlock.annotation.RetryOnConflict;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** {@link HotAccountScene} with a lock for whoever has lost twice, so that the losers wait in line instead of losing again. */
@Component
class HotAccountEscalatedScene implements Scene {

    private final HotAccount account;
    private final Unguarded unguarded;
    private final Guarded guarded;

    HotAccountEscalatedScene(HotAccount account, Unguarded unguarded, Guarded guarded) {
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

        @RetryOnConflict(
                maxRetries = 1_000,
                timeout = "60s",
                escalateAfter = 2,
                escalateName = "hot-account",
                escalateKey = "#accountId")
        @Transactional
        public long addCredit(long accountId) {
            return account.addCredit(accountId);
        }
    }

    @Override
    public String name() {
        return "hot-account-escalated";
    }

    @Override
    public String title() {
        return "A hot account whose losers wait in line";
    }

    @Override
    public Theme theme() {
        return Theme.SUMS;
    }

    @Override
    public String problem() {
        return "The version lets one of many concurrent updates through, and a caller may lose again and again.";
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
