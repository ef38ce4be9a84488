package dev.interlock.docs.migration;

import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

// tag::before[]
@Component
class ShedLockImport {

    private final Section imports;

    ShedLockImport(Section imports) {
        this.imports = imports;
    }

    @Scheduled(cron = "0 0 * * * *")
    @SchedulerLock(name = "hourly-import", lockAtMostFor = "10m")
    public void importOrders() {
        imports.run();
    }
}
// end::before[]
