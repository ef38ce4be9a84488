package dev.interlock.samples.payments;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
import java.time.LocalDate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Totals of a day, made once for each day: on one node at a time, and never again after they were made. */
@Service
class Settlements {

    private final Payments payments;

    Settlements(Payments payments) {
        this.payments = payments;
    }

    /** @return how many totals there are; {@code null} if another node is just making them */
    @Transactional
    @AdvisoryLocked(name = "settlement", scope = LockScope.SESSION, waitTime = "0s", onUnavailable = OnUnavailable.SKIP)
    @Idempotent(name = "settlement", key = "#day", ttl = "30d")
    public Integer settle(LocalDate day) {
        return payments.settle(day);
    }
}
