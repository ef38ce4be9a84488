package dev.interlock.benchmark.overhead;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.Guards;
import dev.interlock.benchmark.OneProcessor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * One uncontended call in a transaction: the lock as an annotation beside the same lock by hand. Every call is timed, so that
 * those that waited for a processor do not move the median.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms256m", "-Xmx256m"})
@Warmup(iterations = 8, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 250, timeUnit = TimeUnit.MILLISECONDS)
public class PostgresOverhead {

    private static final String READ = "SELECT balance FROM account WHERE id = ?";
    static final long ID = 4_711_000_042L;

    /** The key that the annotations give the account. */
    static final long LOCK = Guards.NAMESPACE.key("account", String.valueOf(ID)).id();

    static void createTable(String url) throws SQLException {
        try (Connection connection = BenchmarkPostgres.direct(url).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)");
            statement.execute("INSERT INTO account VALUES (" + ID + ", 100)");
        }
    }

    /** What both arms have. */
    @State(Scope.Benchmark)
    public abstract static class Application {

        @Param("")
        String url;

        AnnotationConfigApplicationContext context;
        Accounts accounts;
        private boolean bound;

        /** After the warm-up, so that the compiler can use the others until then. */
        @Setup(Level.Iteration)
        public void bindToOneProcessor(IterationParams iteration) {
            if (iteration.getType() == IterationType.MEASUREMENT && !bound) {
                bound = true;
                OneProcessor.bind(ProcessHandle.current().pid());
            }
        }

        @Setup
        public void setUp() throws SQLException {
            setUp(READ);
        }

        abstract void setUp(String statement) throws SQLException;

        @TearDown
        public void tearDown() throws SQLException {
            context.close();
        }
    }

    /** Without the toolkit. */
    public static class ByHand extends Application {

        SessionLockByHand sessionLock;

        @Override
        void setUp(String statement) throws SQLException {
            context = AccountsContext.byHand(url, statement);
            accounts = context.getBean(Accounts.class);
            sessionLock = new SessionLockByHand(BenchmarkPostgres.direct(url), accounts);
        }

        @Override
        public void tearDown() throws SQLException {
            sessionLock.close();
            super.tearDown();
        }
    }

    /** With the toolkit. */
    public static class Guarded extends Application {

        @Override
        void setUp(String statement) {
            context = AccountsContext.guarded(url, statement);
            accounts = context.getBean(Accounts.class);
        }
    }

    @Benchmark
    public Long transactionAlone(ByHand application) {
        return application.accounts.unlocked(ID);
    }

    @Benchmark
    public Long transactionLockByHand(ByHand application) {
        return application.accounts.transactionLockByHand(ID, LOCK);
    }

    @Benchmark
    public Long transactionLock(Guarded application) {
        return application.accounts.transactionLock(ID);
    }

    @Benchmark
    public Long sessionLockByHand(ByHand application) throws SQLException {
        return application.sessionLock.call(ID, LOCK);
    }

    @Benchmark
    public Long sessionLock(Guarded application) {
        return application.accounts.sessionLock(ID);
    }
}
