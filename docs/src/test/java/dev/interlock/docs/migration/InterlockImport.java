package dev.interlock.docs.migration;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.OnUnavailable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

// tag::after[]
@Component
class InterlockImport {

    private final Section imports;

    InterlockImport(Section imports) {
        this.imports = imports;
    }

    @Scheduled(cron = "0 0 * * * *")
    @AdvisoryLocked(name = "hourly-import", waitTime = "0s", onUnavailable = OnUnavailable.SKIP)
    public void importOrders() {
        imports.run();
    }
    // end::after[]

    // tag::min-hold[]
    @Scheduled(cron = "0 * * * * *")
    @DistributedMutex(name = "rates", waitTime = "0s", minHold = "30s", onUnavailable = OnUnavailable.SKIP)
    public void loadRates() {
        imports.run();
    }
    // end::min-hold[]
    // tag::after[]
}
// end::after[]
