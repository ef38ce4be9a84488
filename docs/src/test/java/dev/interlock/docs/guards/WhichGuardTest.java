package dev.interlock.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.docs.Statements;
import dev.interlock.docs.guards.Payments.Order;
import dev.interlock.test.Race;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The examples of the page, and the round trips of its table. */
class WhichGuardTest extends GuardExample {

    @Autowired
    private LastOnes last;

    @Autowired
    private StockRoom stock;

    @Autowired
    private Ledger ledger;

    @Autowired
    private Shelf shelf;

    @Autowired
    private Payments payments;

    @Autowired
    private WelcomeMails mails;

    @Autowired
    private Seats seats;

    @Test
    void eachWaySellsEveryPieceOnce() throws Exception {
        assertThat(sold(last::byOneStatement)).isEqualTo(5);
        assertThat(sold(last::byCounter)).isEqualTo(5);
        assertThat(sold(last::underRowLock)).isEqualTo(5);
        assertThat(sold(last::withRetries)).isEqualTo(5);
    }

    @Test
    void withoutAnySomeAreSoldTwice() throws Exception {
        int sold = 0;
        for (int round = 0; round < 50 && sold <= 5; round++) {
            sold = sold(last::unguarded);
        }
        assertThat(sold).isGreaterThan(5);
    }

    @Test
    void costs() throws Exception {
        int unguarded = trips(() -> stock.reserveUnguarded("book", 1));
        assertThat(trips(() -> stock.reserve("book", 1)) - unguarded).isEqualTo(1);
        assertThat(trips(() -> stock.recount("book")) - unguarded).isEqualTo(4);
        assertThat(trips(() -> ledger.addInterest(1)) - trips(() -> ledger.addInterestUnguarded(1)))
                .isEqualTo(1);
        assertThat(trips(() -> seats.take(1, null)) - trips(() -> seats.takeUnguarded(1, null)))
                .isEqualTo(1);
        assertThat(commands(() -> shelf.sort(1, () -> {}))).isEqualTo(3);
        assertThat(commands(() -> ledger.addInterest(1))).isEqualTo(4);
    }

    @Test
    void costsOfIdempotentCalls() throws Exception {
        payments.pay(order());
        Order order = order();
        assertThat(sent(() -> payments.pay(order)).roundTrips())
                .as("lookup, claim, insert, record, commit")
                .isEqualTo(5);
        assertThat(sent(() -> payments.pay(order)).roundTrips()).isZero();
        mails.sendNews(7);
        assertThat(sent(() -> mails.sendNews(8)).roundTrips()).isEqualTo(2);
    }

    private int sold(Predicate<String> way) throws Exception {
        tables();
        jdbc.sql("UPDATE stock SET quantity = 5").update();
        AtomicInteger sold = new AtomicInteger();
        Race.callers(8)
                .runAll(caller -> {
                    if (way.test("book")) {
                        sold.incrementAndGet();
                    }
                })
                .requireNoFailure();
        return sold.get();
    }

    private static Order order() {
        return new Order(UUID.randomUUID().toString(), 1);
    }

    private int trips(Statements.Action call) throws Exception {
        call.run();
        return sent(call).roundTrips();
    }

    private long commands(Statements.Action call) throws Exception {
        call.run();
        return sent(call).redis().stream()
                .filter(command -> !command.startsWith(" "))
                .count();
    }

    private Statements.Sent sent(Statements.Action call) throws Exception {
        return statements
                .ignoring("(SHOW TRANSACTION|SET SESSION).*")
                .ignoring("HEXISTS .*")
                .during(call);
    }
}
