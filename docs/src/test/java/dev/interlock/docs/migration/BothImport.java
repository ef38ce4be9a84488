package dev.interlock.docs.migration;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.OnUnavailable;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

@Component
class BothImport {

    private final Section imports;

    BothImport(Section imports) {
        this.imports = imports;
    }

    // tag::both[]
    @Scheduled(cron = "0 0 * * * *")
    @SchedulerLock(name = "hourly-import", lockAtMostFor = "10m")
    @AdvisoryLocked(name = "hourly-import", waitTime = "0s", onUnavailable = OnUnavailable.SKIP)
    public void importOrders() {
        imports.run();
    }
    // end::both[]
}
