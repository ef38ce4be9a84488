package dev.interlock.docs.classes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.docs.Servers;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;

@SpringBootTest(classes = ClassesApplication.class, properties = "interlock.queue.work=false")
@ContextConfiguration(initializers = Servers.class)
class RacePageTest {

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Numbers numbers;

    // tag::guarded[]
    @Test
    void stockIsNeverOversold() throws Exception {
        RaceResult<String> result = Race.callers(32)
                .rounds(3)
                .before(round -> stock(10))
                .after(round -> assertThat(stock()).isZero())
                .run(caller -> numbers.sell("book", 1));

        result.requireNoFailure();
        assertThat(result.values()).filteredOn(sale -> sale.startsWith("sold")).hasSize(3 * 10);
        assertThat(result.latency(99)).isPositive(); // and what it cost
    }
    // end::guarded[]

    // tag::control[]
    @Test
    void controlArmWithoutTheGuardOversells() throws Exception { // else the test above proves nothing
        RaceResult<Boolean> result =
                Race.callers(32).rounds(20).before(round -> stock(10)).run(caller -> sellNaively());

        assertThat(result.values()).filteredOn(sold -> sold).hasSizeGreaterThan(20 * 10);
    }
    // end::control[]

    // tag::timing[]
    @Test
    void callersMayComeInWaves() throws Exception {
        Race waves = Race.callers(8)
                .callsEach(5) // each caller, one call after the other
                .together() // and all wait for each other before each of them
                .seed(42); // what callers draw from caller.random() is the same in each run

        RaceResult<Integer> first = waves.run(caller -> caller.random().nextInt(100));
        RaceResult<Integer> second = waves.run(caller -> caller.random().nextInt(100));

        assertThat(first.values()).hasSize(40).isEqualTo(second.values());
    }
    // end::timing[]

    private boolean sellNaively() {
        long left = stock();
        if (left == 0) {
            return false;
        }
        jdbc.sql("UPDATE stock SET quantity = ? WHERE sku = 'book'")
                .param(left - 1)
                .update();
        return true;
    }

    private long stock() {
        return jdbc.sql("SELECT quantity FROM stock WHERE sku = 'book'")
                .query(Long.class)
                .single();
    }

    private void stock(int quantity) {
        jdbc.sql("INSERT INTO stock VALUES ('book', ?) ON CONFLICT (sku) DO UPDATE SET quantity = EXCLUDED.quantity")
                .param(quantity)
                .update();
    }
}
