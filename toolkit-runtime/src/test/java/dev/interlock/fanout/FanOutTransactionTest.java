package dev.interlock.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.interlock.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Outside calls inside a transaction hold its connection, which is worth a warning. */
@Timeout(60)
class FanOutTransactionTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(FanOut.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final TransactionTemplate transaction =
            new TransactionTemplate(new DataSourceTransactionManager(PostgresServer.direct()));
    private final FanOut<Integer> fanOut = FanOut.over(List.of(1, 2, 3));

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    @Test
    void insideATransactionItWarnsOnceForEachClassOfCall() {
        for (int i = 0; i < 3; i++) {
            transaction.executeWithoutResult(
                    status -> fanOut.map(new Doubling()).values());
        }
        transaction.executeWithoutResult(status -> fanOut.map(item -> 3 * item).values());
        assertThat(lines.list)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.getLevel()).isEqualTo(Level.WARN));
        assertThat(lines.list.get(0).getFormattedMessage())
                .startsWith("FanOut of dev.interlock.fanout.FanOutTransactionTest$Doubling runs inside a transaction")
                .contains("fan out before the transaction begins or after its commit");
        assertThat(lines.list.get(1).getFormattedMessage())
                .startsWith("FanOut of a lambda of dev.interlock.fanout.FanOutTransactionTest runs inside");
    }

    @Test
    void outsideOfOneAndWithoutItemsItDoesNot() {
        fanOut.map(item -> item).values();
        transaction.executeWithoutResult(
                status -> FanOut.over(List.<Integer>of()).map(item -> item).values());
        assertThat(lines.list).isEmpty();
    }

    @Test
    void callsAreNotPartOfTheTransaction() {
        transaction.executeWithoutResult(
                status -> assertThat(fanOut.map(item -> TransactionSynchronizationManager.isActualTransactionActive())
                                .values())
                        .containsOnly(false));
    }

    private static final class Doubling implements FanOutCall<Integer, Integer> {

        @Override
        public Integer call(Integer item) {
            return 2 * item;
        }
    }
}
