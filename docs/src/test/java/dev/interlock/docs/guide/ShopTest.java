package dev.interlock.docs.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.docs.Servers;
import dev.interlock.docs.guide.Shop.Payment;
import dev.interlock.docs.guide.Shop.Receipt;
import dev.interlock.test.Race;
import dev.interlock.test.RaceCall;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;

@SpringBootTest(classes = ShopTest.Application.class)
@ContextConfiguration(initializers = Servers.class)
class ShopTest {

    private static final int CALLERS = 16;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Shop.class)
    static class Application {}

    @Autowired
    private Shop shop;

    @Autowired
    private JdbcClient jdbc;

    @BeforeEach
    void tables() {
        jdbc.sql("""
                DROP TABLE IF EXISTS payment, stock, on_call, import_run;
                CREATE TABLE payment (number bigint GENERATED ALWAYS AS IDENTITY, order_id bigint, cents bigint);
                CREATE TABLE stock (id bigint PRIMARY KEY, quantity bigint);
                INSERT INTO stock VALUES (1, 5);
                CREATE TABLE on_call (shift_id bigint, doctor text);
                INSERT INTO on_call SELECT 1, 'doctor ' || n FROM generate_series(0, 15) n;
                CREATE TABLE import_run (number bigint GENERATED ALWAYS AS IDENTITY)
                """).update();
    }

    @Test
    void aPaymentIsMadeOnceAndEverybodyHasItsReceipt() throws InterruptedException {
        Payment payment = new Payment("p-" + System.nanoTime(), 7, 100);

        List<Receipt> receipts = results(caller -> shop.pay(payment));

        assertThat(receipts).hasSize(CALLERS).containsOnly(receipts.get(0));
        assertThat(count("payment")).isEqualTo(1);
    }

    @Test
    void withoutTheRecordItIsMadeAgainAndAgain() throws InterruptedException {
        results(caller -> shop.payUnguarded(new Payment("p", 7, 100)));

        assertThat(count("payment")).isEqualTo(CALLERS);
    }

    @Test
    void noMoreIsReservedThanThereIs() throws InterruptedException {
        assertThat(results(caller -> shop.reserve(1)))
                .filteredOn(Boolean::booleanValue)
                .hasSize(5);
        assertThat(quantity()).isZero();
    }

    @Test
    void withoutTheMutexMoreIsReserved() throws InterruptedException {
        results(caller -> shop.reserveUnguarded(1));

        assertThat(quantity()).isNegative();
    }

    @Test
    void oneDoctorStays() throws InterruptedException {
        results(caller -> shop.goOffCall(1, "doctor " + caller.number()));

        assertThat(count("on_call")).isEqualTo(1);
    }

    @Test
    void withoutIsolationAndRetryNobodyStays() throws InterruptedException {
        results(caller -> shop.goOffCallUnguarded(1, "doctor " + caller.number()));

        assertThat(count("on_call")).isZero();
    }

    @Test
    void oneNodeImports() throws InterruptedException {
        results(caller -> {
            shop.importOrders();
            return true;
        });

        assertThat(count("import_run")).isEqualTo(1);
    }

    @Test
    void withoutTheLockAllImport() throws InterruptedException {
        results(caller -> {
            shop.importUnguarded();
            return true;
        });

        assertThat(count("import_run")).isEqualTo(CALLERS);
    }

    private static <T> List<T> results(RaceCall<T> call) throws InterruptedException {
        return Race.callers(CALLERS).run(call).values();
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    private long quantity() {
        return jdbc.sql("SELECT quantity FROM stock").query(Long.class).single();
    }
}
