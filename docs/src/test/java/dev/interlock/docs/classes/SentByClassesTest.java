package dev.interlock.docs.classes;

import dev.interlock.docs.Servers;
import dev.interlock.docs.Statements;
import dev.interlock.jdbc.Versioned;
import dev.interlock.queue.SequencedQueue;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionOperations;

/** The pages show the statements that are sent. Nothing works the queues here, so that nothing else is recorded. */
@SpringBootTest(classes = ClassesApplication.class, properties = "interlock.queue.work=false")
@ContextConfiguration(initializers = Servers.class)
class SentByClassesTest {

    @Autowired
    private Statements sent;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

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

    @Autowired
    private Checkout checkout;

    @Autowired
    private SequencedQueue<Posting> postings;

    @BeforeEach
    void rows() {
        jdbc.sql("TRUNCATE cart, cart_item, price, customer, page_view, page_like, stock, task")
                .update();
        jdbc.sql("INSERT INTO cart (id, note) VALUES (1, '')").update();
        jdbc.sql("INSERT INTO price VALUES ('book', 900)").update();
        jdbc.sql("INSERT INTO stock VALUES ('book', 10)").update();
        jdbc.sql("INSERT INTO task (status) VALUES ('OPEN')").update();
    }

    @Test
    void versionedUpdates() throws Exception {
        carts.write(carts.find(1), "warm-up");

        sent.during(() -> carts.find(1)).isShownOn("classes/versioned-update.md", "find");
        Versioned<Cart> read = carts.find(1);
        sent.during(() -> carts.write(read, "new")).isShownOn("classes/versioned-update.md", "update");
        sent.during(() -> carts.table().row(1L).read(0).set("note", "late").update())
                .isShownOn("classes/versioned-update.md", "stale");
        Versioned<Price> price = prices.find("book");
        sent.during(() -> prices.set(price, 950)).isShownOn("classes/versioned-update.md", "row-version");
    }

    @Test
    void findOrCreate() throws Exception {
        customers.welcome("warm@example.org", "Up");

        sent.during(() -> customers.welcome("warm@example.org", "Up")).isShownOn("classes/find-or-create.md", "found");
        sent.during(() -> customers.welcome("new@example.org", "New"))
                .isShownOn("classes/find-or-create.md", "created");
    }

    @Test
    void counters() throws Exception {
        numbers.view("warm");
        numbers.like("warm");
        numbers.sell("book", 1);

        sent.during(() -> numbers.view("home")).isShownOn("classes/counters.md", "add");
        sent.during(() -> numbers.like("home")).isShownOn("classes/counters.md", "slotted");
        sent.during(() -> numbers.sell("book", 1)).isShownOn("classes/counters.md", "take");
        sent.during(() -> numbers.sell("book", 100)).isShownOn("classes/counters.md", "refused");
    }

    @Test
    void claims() throws Exception {
        tasks.take(1, "warm");

        sent.during(() -> tasks.take(10, "w1")).isShownOn("classes/row-claims.md", "claim");
    }

    @Test
    void jobs() throws Exception {
        checkout.invoice(1);

        sent.during(() -> transactions.executeWithoutResult(status -> checkout.place(1, false)))
                .isShownOn("classes/work-queue.md", "enqueue");
        sent.during(() -> checkout.invoice(2)).isShownOn("classes/work-queue.md", "unique");
    }

    @Test
    void submissions() throws Exception {
        postings.submit(new Posting(1, 1), 1);

        UUID[] id = new UUID[1];
        sent.during(() -> id[0] = postings.submit(new Posting(1, 1), 1).id())
                .isShownOn("classes/sequenced-queue.md", "submit");
        sent.during(() -> postings.status(id[0])).isShownOn("classes/sequenced-queue.md", "status");
    }
}
