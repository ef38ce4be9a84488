package dev.interlock.docs.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.docs.Servers;
import dev.interlock.jdbc.ConcurrentUpdateException;
import dev.interlock.jdbc.FoundOrCreated;
import dev.interlock.jdbc.RowNotFoundException;
import dev.interlock.jdbc.Versioned;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;

@SpringBootTest(classes = ClassesApplication.class, properties = "interlock.queue.work=false")
@ContextConfiguration(initializers = Servers.class)
class RowsPagesTest {

    private static final int CALLERS = 16;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Carts carts;

    @Autowired
    private Prices prices;

    @Autowired
    private Customers customers;

    @Autowired
    private Numbers numbers;

    @Autowired
    private Tasks tasks;

    @BeforeEach
    void empty() {
        jdbc.sql("TRUNCATE cart, cart_item, price, customer, seat, page_view, page_like, stock, task RESTART IDENTITY")
                .update();
        jdbc.sql("INSERT INTO cart (id, note) VALUES (1, '')").update();
        jdbc.sql("INSERT INTO price VALUES ('book', 900)").update();
    }

    @Test
    void ofAllWhoWriteOneVersionOneSucceeds() throws Exception {
        Versioned<Cart> read = carts.find(1);

        RaceResult<Long> result = Race.callers(CALLERS).run(caller -> carts.write(read, "by " + caller.number()));

        assertThat(result.values()).containsExactly(read.version() + 1);
        assertThat(result.failures(ConcurrentUpdateException.class)).hasSize(CALLERS - 1);
    }

    @Test
    void everyPatchCounts() throws Exception {
        Race.callers(8).runAll(caller -> carts.patch(1, note -> note + "x")).requireNoFailure();

        assertThat(carts.find(1)).isEqualTo(new Versioned<>(new Cart(1, "x".repeat(8)), 8));
    }

    @Test
    void withoutTheVersionPatchesAreLost() throws Exception {
        Race.callers(CALLERS)
                .callsEach(20)
                .runAll(caller -> {
                    String note = carts.find(1).row().note();
                    jdbc.sql("UPDATE cart SET note = ?").param(note + "x").update();
                })
                .requireNoFailure();

        assertThat(carts.find(1).row().note().length()).isLessThan(CALLERS * 20);
    }

    @Test
    void theVersionOfTheRootStandsForItsItems() {
        long version = carts.putItem(1, 0, "book", 1);

        assertThat(version).isEqualTo(1);
        assertThatThrownBy(() -> carts.putItem(1, 0, "pen", 1)).isInstanceOf(ConcurrentUpdateException.class);
        assertThat(jdbc.sql("SELECT sku FROM cart_item").query(String.class).list())
                .containsExactly("book");
    }

    @Test
    void aRowHasAVersionWithoutAColumn() {
        Versioned<Price> read = prices.find("book");

        assertThat(prices.set(read, 950)).startsWith("now of version");
        assertThat(prices.set(read, 990)).startsWith("changed");
        jdbc.sql("DELETE FROM price").update();
        assertThat(prices.set(read, 990)).isEqualTo("gone");
        assertThatThrownBy(() -> prices.find("book")).isInstanceOf(RowNotFoundException.class);
    }

    @Test
    void oneOfAllCreatesTheRow() throws Exception {
        RaceResult<FoundOrCreated<Customer>> result =
                Race.callers(CALLERS).run(caller -> customers.welcome("ada@example.org", "Ada " + caller.number()));

        result.requireNoFailure();
        assertThat(result.values()).filteredOn(FoundOrCreated::isCreated).hasSize(1);
        assertThat(result.values())
                .extracting(FoundOrCreated::row)
                .containsOnly(result.values().get(0).row());
    }

    @Test
    void aRowThatExistsCostsNoSequenceValue() {
        customers.welcome("ada@example.org", "Ada");
        long before = lastCustomer();
        for (int i = 0; i < 100; i++) {
            customers.welcome("ada@example.org", "Ada");
        }

        assertThat(lastCustomer()).isEqualTo(before);
    }

    private long lastCustomer() {
        return jdbc.sql("SELECT last_value FROM customer_id_seq")
                .query(Long.class)
                .single();
    }

    @Test
    void aCancelledSeatIsFree() {
        assertThat(customers.take(1, "A1")).isTrue();
        assertThat(customers.take(1, "A1")).isFalse();
        jdbc.sql("UPDATE seat SET cancelled_at = now()").update();
        assertThat(customers.take(1, "A1")).isTrue();
    }

    @Test
    void countersLoseNothingAndPassNoLimit() throws Exception {
        jdbc.sql("INSERT INTO stock VALUES ('book', 10)").update();

        Set<Long> views = new TreeSet<>(
                Race.callers(CALLERS).run(caller -> numbers.view("home")).values());
        Race.callers(CALLERS).runAll(caller -> numbers.like("home")).requireNoFailure();
        List<String> sales = Race.callers(CALLERS)
                .run(caller -> numbers.sell("book", 1))
                .requireNoFailure()
                .values();

        assertThat(views).hasSize(CALLERS).contains(1L, (long) CALLERS);
        assertThat(numbers.likes("home")).isEqualTo(CALLERS);
        assertThat(sales).filteredOn(sale -> sale.startsWith("sold")).hasSize(10);
        assertThat(sales).contains("only 0 left");
        assertThat(numbers.sell("pen", 1)).isEqualTo("never heard of it");
        assertThat(numbers.restock("book", 1_000)).isTrue();
        assertThat(numbers.restock("book", 1)).isFalse();
    }

    @Test
    void eachTaskGoesToOne() throws Exception {
        addTasks(100);

        RaceResult<List<Task>> result =
                Race.callers(CALLERS).callsEach(3).run(caller -> tasks.take(4, "w" + caller.number()));

        List<Long> taken = result.requireNoFailure().values().stream()
                .flatMap(List::stream)
                .map(Task::id)
                .toList();
        assertThat(taken).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void readAndMarkApartGivesATaskToSeveral() throws Exception {
        addTasks(100);

        RaceResult<List<Long>> result = Race.callers(CALLERS).callsEach(3).run(caller -> tasks.takeNaively(4));

        List<Long> taken = result.values().stream().flatMap(List::stream).toList();
        assertThat(Set.copyOf(taken)).hasSizeLessThan(taken.size());
    }

    @Test
    void aRollbackGivesTheRowsBack() {
        addTasks(3);

        assertThatThrownBy(() -> tasks.doSome(3, "clumsy")).isInstanceOf(IllegalStateException.class);
        assertThat(tasks.doSome(3, "careful")).isEqualTo(3);
    }

    private void addTasks(int count) {
        jdbc.sql("INSERT INTO task (status) SELECT 'OPEN' FROM generate_series(1, ?)")
                .param(count)
                .update();
    }
}
