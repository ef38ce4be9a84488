package dev.interlock.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionOperations;

/** What is recorded is what is sent, and each block of a page that claims to be sent names a test that asks for it. */
@SpringBootTest(classes = StatementsTest.Application.class)
@ContextConfiguration(initializers = Servers.class)
class StatementsTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Autowired
    private Statements statements;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private RedissonClient redisson;

    @Test
    void roundTripsAndTheirStatements() throws Exception {
        for (int i = 0; i < 10; i++) { // prepared by name after some
            var sent = statements.during(() -> transactions.executeWithoutResult(status ->
                    jdbc.sql("SELECT ?::int").param(1).query(Integer.class).single()));

            assertThat(sent.sql()).containsExactly("BEGIN", "SELECT $1::int", "COMMIT");
            assertThat(sent.roundTrips()).isEqualTo(2);
        }
    }

    @Test
    void commandsOfRedisAndOfItsScripts() throws Exception {
        var bucket = redisson.getBucket("docs", StringCodec.INSTANCE);
        bucket.compareAndSet("a", "b"); // loads the script
        var sent = statements.naming("docs", "<name>").during(() -> {
            bucket.set("a");
            return bucket.compareAndSet("a", "b");
        });

        assertThat(sent.redis())
                .containsExactly("SET <name> a", "EVALSHA … 1 <name> a b", "  GET <name>", "  SET <name> b");
        assertThat(sent.roundTrips()).isZero();
    }

    @Test
    void commentsAndLinesAreThePagesOwn() {
        SentBlock block = new SentBlock("Test.java", "x", "sql", """
                BEGIN;          -- in one message
                SELECT set_config('a,  b', $1),
                       lock( $2 );

                -- lock connection
                SELECT 1;

                -- the body

                COMMIT;
                """);

        assertThat(block.lines())
                .containsExactly(
                        "BEGIN;SELECT set_config('a,  b',$1),lock($2)", "-- lock connection SELECT 1", "COMMIT");
        assertThat(new SentBlock("Test.java", "x", "redis", "EVAL … 1 a  # why\n  GET a\n").lines())
                .containsExactly("EVAL … 1 a", "  GET a");
    }

    @Test
    void blocksAreReplaced() {
        String text = "<!-- sent: A.java#one -->\n```sql\nSELECT 1;\n```\n\n<!-- sent: A.java#two -->\n```sql\n```\n";
        Page page = SentBlock.replaced(new Page(Path.of("a.md"), text), "two", "sql", "SELECT $1;");

        assertThat(SentBlock.of(page)).extracting(SentBlock::shown).containsExactly("SELECT 1;\n", "SELECT $1;\n");
    }

    @Test
    void everyBlockIsAskedForByTheTestThatItNames() throws IOException {
        for (Page page : Page.all()) {
            List<SentBlock> blocks = SentBlock.of(page);
            assertThat(page.text().split("<!-- sent: ", -1))
                    .as("blocks of %s: <!-- sent: path/of/Test.java#name --> and below it ```sql or ```redis", page)
                    .hasSize(blocks.size() + 1);
            for (SentBlock block : blocks) {
                assertThat(Files.readString(Page.ROOT.resolve(block.test())))
                        .as("%s shows '%s' of %s", page, block.name(), block.test())
                        .contains("\"" + block.name() + "\"");
            }
        }
    }
}
