package dev.interlock.samples.payments;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who may call, and when the job runs.
 *
 * @param accounts by user name
 * @param settlementCron when the payments of the day before are settled
 */
@ConfigurationProperties("payments")
record Accounts(Map<String, Account> accounts, String settlementCron) {

    record Account(String password, String role) {}
}
