package dev.interlock.samples.payments;

import java.time.LocalDate;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Fires on every node. */
@Component
class SettlementJob {

    private static final Logger LOG = LoggerFactory.getLogger(SettlementJob.class);

    private final Settlements settlements;

    SettlementJob(Settlements settlements) {
        this.settlements = settlements;
    }

    @Scheduled(cron = "${payments.settlement-cron}", zone = "UTC")
    void settleYesterday() {
        LocalDate day = LocalDate.now(ZoneOffset.UTC).minusDays(1);
        Integer totals = settlements.settle(day);
        LOG.info("{}: {}", day, totals == null ? "another node is at it" : totals + " totals");
    }
}
