package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.key.LockKey;
import java.time.Duration;
import java.util.List;

/** How code takes a mutex. */
public final class MutexSpec extends LockSpec<MutexSpec> {

    private final MutexSpaces spaces;

    MutexSpec(MutexSpaces spaces, List<LockKey> keys, String name, Clock clock) {
        this(
                spaces,
                keys,
                clock,
                new LockTerms(
                        name,
                        LockMode.EXCLUSIVE,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        Duration.ofMinutes(10),
                        Fencing.TOKEN,
                        false,
                        null,
                        true));
    }

    private MutexSpec(MutexSpaces spaces, List<LockKey> keys, Clock clock, LockTerms terms) {
        super(keys, clock, terms);
        this.spaces = spaces;
    }

    /** @param leaseTime how long the lock outlives a holder that no longer renews it, 100 ms or more; it is renewed while held */
    public MutexSpec leaseTime(Duration leaseTime) {
        if (leaseTime.compareTo(LockTerms.SHORTEST_LEASE) < 0) {
            throw new IllegalArgumentException("leaseTime is shorter than 100ms: " + leaseTime);
        }
        return with(terms.lease(leaseTime));
    }

    /** @param minHold how long others are kept out at least, though the holder is done */
    public MutexSpec minHold(Duration minHold) {
        return with(terms.minHold(notNegative("minHold", minHold)));
    }

    /** @param maxHold how long the lock is renewed at most; it is lost then */
    public MutexSpec maxHold(Duration maxHold) {
        if (maxHold.isZero() || maxHold.isNegative()) {
            throw new IllegalArgumentException("maxHold is not positive: " + maxHold);
        }
        return with(terms.maxHold(maxHold));
    }

    /** Interrupts the thread of the body when the lock is lost. Without effect on handles and stages. */
    public MutexSpec interruptOnLoss() {
        return with(terms.interruptedOnLoss());
    }

    @Override
    MutexSpec with(LockTerms changed) {
        return new MutexSpec(spaces, keys(), clock(), changed);
    }

    @Override
    LockSpace space() {
        LockSpace space = spaces.find()
                .orElseThrow(() -> LockMessages.refused(keys().get(0), "there is no Redis; " + spaces.remedy(), null));
        space.sessionProblem().ifPresent(problem -> {
            throw LockMessages.refused(keys().get(0), problem, null);
        });
        return space;
    }
}
