package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.docs.Statements;
import dev.interlock.lock.LockLostException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.test.Race;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.springframework.beans.factory.annotation.Autowired;

class DistributedMutexTest extends GuardExample {

    private static final String PAGE = "guards/distributed-mutex.md";

    @Autowired
    private Ledger ledger;

    @Autowired
    private Printer printer;

    @Autowired
    private Shelf shelf;

    @Autowired
    private LockTemplate locks;

    @Autowired
    private RedissonClient redisson;

    @Test
    void interestIsAddedByOneAtATime() throws Exception {
        Race.callers(8).runAll(caller -> ledger.addInterest(1)).requireNoFailure();
        assertThat(cents(1)).isEqualTo(interest(8));
    }

    @Test
    void withoutTheMutexInterestIsLost() throws Exception {
        untilItShows(8, caller -> ledger.addInterestUnguarded(1), () -> cents(1) < interest(8));
    }

    @Test
    void whatWasDoneUnderALostMutexIsRolledBack() {
        assertThatThrownBy(() -> ledger.under(2, () -> redisson.getKeys().delete(locks.redisName("ledger", 2L))))
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        lost -> assertThat(lost.effects()).isEqualTo(LockLostException.Effects.ROLLED_BACK));
        assertThat(cents(2)).isEqualTo(1_000);
    }

    @Test
    void aResourceRefusesTheTokenOfAnOvertakenHolder() {
        ledger.print("left", List.of("one", "two").iterator());
        assertThat(printer.printed()).contains("one", "two");
        assertThatThrownBy(() -> printer.print("left", 0, "late")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aPlainLockAndTheMutexExcludeEachOther() {
        RLock plain = shelf.plainLock(7);
        plain.lock();
        assertThat(shelf.sort(7, () -> {})).isFalse();
        plain.unlock();
        assertThat(shelf.sort(7, () -> assertThat(plain.isLocked()).isTrue())).isTrue();
    }

    @Test
    void codeClaimsTheFenceItself() throws Exception {
        shelf.sortFenced(8, () -> {});
        assertThat(statements.during(() -> shelf.sortFenced(8, () -> {})).sql())
                .anyMatch(sql -> sql.contains("interlock_fence"));
    }

    @Test
    void whatAFencedMutexSends() throws Exception {
        assertThat(Files.readString(Path.of(PAGE))).contains('`' + locks.redisName("ledger", 1L) + '`');
        ledger.addInterest(1);
        named().during(() -> ledger.addInterest(1)).isShownOn(PAGE, "fenced");
    }

    @Test
    void whatAnUnfencedMutexSends() throws Exception {
        shelf.sort(9, () -> {});
        named().during(() -> shelf.sort(9, () -> {})).isShownOn(PAGE, "plain");
    }

    private Statements named() {
        return statements
                .ignoring("HEXISTS .*") // looks after locks whose holders lost them
                .naming("interlock:\\{(ledger|shelf):[0-9a-f]{16}}", "<lock>")
                .naming("[0-9a-f-]{36}:-?\\d+", "<owner>")
                .naming("redisson_unlock_latch:<lock>:[0-9a-f]{32}", "<latch>")
                .naming("redisson_lock__channel:<lock>", "<channel>")
                .naming("(PUBLISH|px) \\d+", "$1 <ms>");
    }

    private long cents(long account) {
        return jdbc.sql("SELECT cents FROM ledger WHERE account_id = ?")
                .param(account)
                .query(Long.class)
                .single();
    }

    private static long interest(int times) {
        long sum = 1_000;
        for (int i = 0; i < times; i++) {
            sum += sum / 100;
        }
        return sum;
    }
}
