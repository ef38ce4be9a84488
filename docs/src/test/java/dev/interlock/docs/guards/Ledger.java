package dev.interlock.docs.guards;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Fencing;
import dev.interlock.lock.FencingToken;
import dev.interlock.lock.LockHold;
import java.util.Iterator;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Ledger {

    private final JdbcClient jdbc;
    private final Printer printer;

    Ledger(JdbcClient jdbc, Printer printer) {
        this.jdbc = jdbc;
        this.printer = printer;
    }

    // tag::fenced[]
    @Transactional
    @DistributedMutex(name = "ledger", key = "#accountId", leaseTime = "10s")
    public void addInterest(long accountId) {
        long cents = cents(accountId);
        set(accountId, cents + cents / 100);
    }
    // end::fenced[]

    // tag::outside[]
    @DistributedMutex(name = "printer", key = "#tray", waitTime = "1s", leaseTime = "10s")
    public void print(String tray, Iterator<String> pages) {
        LockHold hold = LockHold.current();
        long token = FencingToken.current().value();
        while (pages.hasNext() && !hold.isLost()) {
            printer.print(tray, token, pages.next()); // refuses tokens below the greatest it has seen
        }
    }
    // end::outside[]

    // tag::plain[]
    @DistributedMutex(name = "warm-up", fencing = Fencing.NONE, waitTime = "0s", minHold = "2s")
    public void warmUp() {} // efficiency only: twice is a waste, no harm
    // end::plain[]

    @Transactional
    @DistributedMutex(name = "ledger", key = "#accountId")
    public void under(long accountId, Runnable work) {
        set(accountId, 1);
        work.run();
    }

    @Transactional
    public void addInterestUnguarded(long accountId) {
        long cents = cents(accountId);
        set(accountId, cents + cents / 100);
    }

    private long cents(long accountId) {
        return jdbc.sql("SELECT cents FROM ledger WHERE account_id = ?")
                .param(accountId)
                .query(Long.class)
                .single();
    }

    private void set(long accountId, long cents) {
        jdbc.sql("UPDATE ledger SET cents = ? WHERE account_id = ?")
                .params(cents, accountId)
                .update();
    }
}
