package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.key.LockKey;
import java.time.Duration;
import java.util.List;

/** How code takes an advisory lock. */
public final class AdvisoryLockSpec extends LockSpec<AdvisoryLockSpec> {

    private final LockSpaces spaces;
    private final String dataSource;

    AdvisoryLockSpec(LockSpaces spaces, List<LockKey> keys, String name, Clock clock) {
        this(
                spaces,
                "",
                keys,
                clock,
                LockTerms.advisory(name, LockMode.EXCLUSIVE, Duration.ofSeconds(10), Fencing.TOKEN, true));
    }

    private AdvisoryLockSpec(LockSpaces spaces, String dataSource, List<LockKey> keys, Clock clock, LockTerms terms) {
        super(keys, clock, terms);
        this.spaces = spaces;
        this.dataSource = dataSource;
    }

    /** Any number of holders of this mode at a time, and none that is exclusive; there is no fencing token then. */
    public AdvisoryLockSpec shared() {
        return with(LockTerms.advisory(terms.name(), LockMode.SHARED, terms.waitTime(), Fencing.NONE, true));
    }

    /** @param name of the DataSource bean; without it the primary one */
    public AdvisoryLockSpec dataSource(String name) {
        return new AdvisoryLockSpec(spaces, name, keys(), clock(), terms);
    }

    @Override
    AdvisoryLockSpec with(LockTerms changed) {
        return new AdvisoryLockSpec(spaces, dataSource, keys(), clock(), changed);
    }

    @Override
    LockSpace space() {
        LockSpace space = spaces.find(dataSource)
                .orElseThrow(() -> LockMessages.refused(
                        keys().get(0),
                        "there is no " + (dataSource.isEmpty() ? "DataSource" : "DataSource '" + dataSource + "'")
                                + "; " + spaces.remedy(),
                        null));
        space.sessionProblem().ifPresent(problem -> {
            throw LockMessages.refused(keys().get(0), problem, null);
        });
        return space;
    }
}
