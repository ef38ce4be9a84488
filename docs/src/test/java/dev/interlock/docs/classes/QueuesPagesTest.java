package dev.interlock.docs.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.interlock.docs.Servers;
import dev.interlock.queue.DeadLetter;
import dev.interlock.queue.Enqueued;
import dev.interlock.queue.WorkQueue;
import dev.interlock.test.Race;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

/** Alone works the queues, and ends before their database. */
@SpringBootTest(classes = ClassesApplication.class)
@ContextConfiguration(initializers = Servers.class)
@DirtiesContext
class QueuesPagesTest {

    @Autowired
    private WebApplicationContext context;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Checkout checkout;

    @Autowired
    private Mailer mailer;

    @Autowired
    private WorkQueue<ThankYou> thanks;

    @BeforeEach
    void empty() {
        mailer.down(false);
        jdbc.sql("TRUNCATE receipt, invoice, ledger").update();
    }

    @Test
    void aJobIsThereIfItsTransactionCommitted() {
        assertThatThrownBy(() -> checkout.place(1, true)).isInstanceOf(IllegalStateException.class);
        UUID job = checkout.place(2, false);

        await().until(() -> receipts().contains(job));
        assertThat(receipts()).containsExactly(job);
        assertThat(mailer.sent(job)).isTrue();
    }

    private List<UUID> receipts() {
        return jdbc.sql("SELECT job FROM receipt").query(UUID.class).list();
    }

    @Test
    void oneOfEqualJobsIsEnqueued() throws Exception {
        List<Enqueued> all = Race.callers(16)
                .run(caller -> checkout.invoice(5))
                .requireNoFailure()
                .values();

        assertThat(all).filteredOn(Enqueued::isAdded).hasSize(1);
        assertThat(all).extracting(Enqueued::id).containsOnly(all.get(0).id());
        await().until(() -> invoices() == 1);
        assertThat(checkout.invoice(5).isAdded()).isTrue();
        await().until(() -> invoices() == 2);
    }

    private long invoices() {
        return jdbc.sql("SELECT count(*) FROM invoice").query(Long.class).single();
    }

    @Test
    void aDeadLetterIsDrivenAgainOrDropped() {
        mailer.down(true);
        UUID failed = checkout.place(3, false);
        UUID rejected = checkout.place(-1, false);
        await().until(() -> thanks.deadLetters(10).size() == 2);
        assertThat(thanks.deadLetters(10))
                .extracting(DeadLetter::id, DeadLetter::attempts)
                .containsExactlyInAnyOrder(tuple(failed, 3), tuple(rejected, 1));

        mailer.down(false);
        checkout.retryOrDrop();

        await().until(() -> receipts().contains(failed));
        assertThat(thanks.deadLetters(10)).isEmpty();
        assertThat(thanks.depth().dead()).isZero();
    }

    @Test
    void postingsOfAnAccountAreBookedInOrder() throws Exception {
        MockMvc http = MockMvcBuilders.webAppContextSetup(context).build();

        List<String> links = Race.callers(8)
                .callsEach(4)
                .run(caller -> submit(http, caller.number() % 2, 1L << (caller.number() / 2 * 4 + caller.call())))
                .requireNoFailure()
                .values();

        links.forEach(link -> await().until(() -> status(http, link).equals("DONE")));
        for (long account = 0; account < 2; account++) {
            long sum = 0;
            for (var line : jdbc.sql("SELECT cents, balance FROM ledger WHERE account = ? ORDER BY place")
                    .param(account)
                    .query((row, number) -> new long[] {row.getLong(1), row.getLong(2)})
                    .list()) {
                sum += line[0];
                assertThat(line[1]).isEqualTo(sum);
            }
            assertThat(sum).isEqualTo((1L << 16) - 1);
        }
    }

    private static String submit(MockMvc http, long account, long cents) throws Exception {
        MockHttpServletResponse response = http.perform(post("/postings")
                        .contentType("application/json")
                        .content("{\"account\": " + account + ", \"cents\": " + cents + "}"))
                .andReturn()
                .getResponse();
        assertThat(response.getStatus()).isEqualTo(202);
        return response.getHeader("Location");
    }

    private static String status(MockMvc http, String link) throws Exception {
        return http.perform(get(link)).andReturn().getResponse().getContentAsString();
    }
}
