package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.jdbc.FoundOrCreated.Created;
import dev.interlock.jdbc.FoundOrCreated.Found;
import dev.interlock.key.InvalidKeyException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;

/** One row for a unique key, whoever asks for it and however many. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindOrCreateTest {

    private final RowsFixture rows = RowsFixture.open();
    private final FindOrCreate<Customer> customers = FindOrCreate.of(rows.pool, "foc_customer", Customer.class)
            .uniqueBy("email")
            .columns("name", "phone", "age");

    record Customer(long id, String email, String name, String phone, Integer age) {}

    record Booking(String seat, String guest) {}

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS foc_customer, foc_plain, foc_booking, foc_note",
                "CREATE TABLE foc_customer (id bigserial PRIMARY KEY, email text CONSTRAINT foc_email UNIQUE,"
                        + " name text NOT NULL DEFAULT 'nobody', phone text CONSTRAINT foc_phone UNIQUE,"
                        + " age int CONSTRAINT foc_age CHECK (age >= 0))",
                "CREATE TABLE foc_plain (id bigserial PRIMARY KEY, email text)",
                "CREATE TABLE foc_booking (seat text, guest text, cancelled_at timestamptz)",
                "CREATE UNIQUE INDEX foc_booked ON foc_booking (seat) WHERE cancelled_at IS NULL",
                "CREATE TABLE foc_note (note text)");
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE foc_customer, foc_plain, foc_booking, foc_note");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private long count(String table) {
        return rows.number("SELECT count(*) FROM " + table);
    }

    private FoundOrCreated<Customer> ask(String email, String name) {
        return customers.row(email).set("name", name).findOrCreate();
    }

    @Test
    void controlArmThatChecksAndThenInsertsCreatesDuplicates() throws Exception {
        RowsFixture.shows("duplicate row", () -> {
            reset();
            Race.callers(CALLERS)
                    .runAll(caller -> {
                        if (count("foc_plain") == 0) {
                            rows.execute("INSERT INTO foc_plain (email) VALUES ('a')");
                        }
                    })
                    .requireNoFailure();
            return count("foc_plain") > 1;
        });
    }

    @Test
    void oneCreatesTheRowAndEveryoneGetsIt() throws Exception {
        RaceResult<FoundOrCreated<Customer>> race = Race.callers(CALLERS)
                .rounds(5)
                .after(round -> assertThat(count("foc_customer")).isEqualTo(round.number()))
                .run(caller -> ask("mail" + caller.round(), "caller " + caller.number()));
        race.requireNoFailure();
        race.rounds().forEach(round -> {
            assertThat(round.values()).filteredOn(Created.class::isInstance).hasSize(1);
            assertThat(round.values())
                    .extracting(FoundOrCreated::row)
                    .containsOnly(round.values().get(0).row());
        });
    }

    @Test
    void inATransactionTheLoserOfTheRaceKeepsItsOtherWork() throws Exception {
        for (boolean commits : new boolean[] {true, false}) {
            reset();
            try (RowsFixture.Other other = rows.other("INSERT INTO foc_customer (email) VALUES ('a')")) {
                CompletableFuture<FoundOrCreated<Customer>> asking =
                        CompletableFuture.supplyAsync(() -> rows.inTransaction(() -> {
                            rows.execute("INSERT INTO foc_note VALUES ('before')");
                            FoundOrCreated<Customer> answer = ask("a", "me");
                            rows.execute("INSERT INTO foc_note VALUES ('after')");
                            return answer;
                        }));
                await().until(() -> rows.waiting() > 0);
                if (commits) {
                    other.commit();
                } else {
                    other.rollback();
                }
                assertThat(asking.get(30, TimeUnit.SECONDS)).isInstanceOf(commits ? Found.class : Created.class);
            }
            assertThat(count("foc_note")).isEqualTo(2);
            assertThat(count("foc_customer")).isEqualTo(1);
        }
    }

    @Test
    void controlArmThatSwallowsTheViolationLosesTheTransaction() {
        rows.execute("INSERT INTO foc_customer (email) VALUES ('a')");
        try {
            rows.inTransaction(() -> {
                rows.execute("INSERT INTO foc_note VALUES ('before')");
                try {
                    rows.execute("INSERT INTO foc_customer (email) VALUES ('a')");
                } catch (DuplicateKeyException swallowed) {
                    assertThat(swallowed).hasMessageContaining("foc_email");
                }
            });
        } catch (RuntimeException toldByTheDriver) {
            assertThat(toldByTheDriver).isNotNull();
        }
        assertThat(count("foc_note")).isZero();
    }

    @Test
    void aRowThatTheTransactionCreatedItselfIsFound() {
        rows.inTransaction(() -> {
            assertThat(ask("a", "first")).isInstanceOf(Created.class);
            assertThat(ask("a", "second")).isInstanceOf(Found.class);
        });
        rows.inRolledBack(() -> assertThat(ask("b", "gone")).isInstanceOf(Created.class));
        assertThat(customers.find("b")).isEmpty();
        assertThat(ask("a", "third").row().name()).isEqualTo("first");
    }

    @Test
    void aKeyWithoutAValueIsRefused() {
        assertThatThrownBy(() -> customers.row(null)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> RowKey.of("a", null)).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> customers.row(RowKey.of("a", "b")))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("2 values");
        assertThat(count("foc_customer")).isZero();
    }

    @Test
    void otherConstraintsAreToldWithoutTheValues() {
        customers.row("a").set("phone", "0171-secret").findOrCreate();
        assertThatThrownBy(() -> customers.row("b").set("phone", "0171-secret").findOrCreate())
                .isInstanceOf(DuplicateKeyException.class)
                .hasMessageContaining("foc_phone")
                .hasMessageContaining("another constraint than the one over email")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> customers.row("c").set("age", -4711).findOrCreate())
                .isInstanceOf(DataIntegrityViolationException.class)
                .hasMessageContaining("foc_age")
                .hasMessageNotContaining("4711");
        assertThatThrownBy(() -> customers.row("d-secret").set("name", null).findOrCreate())
                .isInstanceOf(DataIntegrityViolationException.class)
                .hasMessageContaining("\"name\"")
                .hasMessageNotContaining("secret");
        assertThat(count("foc_customer")).isEqualTo(1);
    }

    @Test
    void aMissingUniqueConstraintIsTold() {
        FindOrCreate<?> unprotected = FindOrCreate.of(rows.pool, "foc_plain").uniqueBy("email");
        assertThatThrownBy(() -> unprotected.row("secret").findOrCreate())
                .isInstanceOf(InvalidDataAccessResourceUsageException.class)
                .hasMessageContaining("foc_plain has no unique constraint or index over email")
                .hasMessageNotContaining("secret");
        FindOrCreate<?> withoutCondition =
                FindOrCreate.of(rows.pool, "foc_booking").uniqueBy("seat");
        assertThatThrownBy(() -> withoutCondition.row("1A").findOrCreate())
                .isInstanceOf(InvalidDataAccessResourceUsageException.class);
        assertThat(count("foc_plain") + count("foc_booking")).isZero();
    }

    @Test
    void aPartialIndexIsNamedByItsCondition() throws Exception {
        FindOrCreate<Booking> bookings = FindOrCreate.of(rows.pool, "foc_booking", Booking.class)
                .uniqueBy("seat")
                .where("cancelled_at IS NULL")
                .columns("guest");
        rows.execute("INSERT INTO foc_booking VALUES ('1A', 'former guest', now())");
        RaceResult<FoundOrCreated<Booking>> race = Race.callers(CALLERS)
                .run(caller -> bookings.row("1A")
                        .set("guest", "guest " + caller.number())
                        .findOrCreate());
        race.requireNoFailure();
        assertThat(race.values()).filteredOn(Created.class::isInstance).hasSize(1);
        assertThat(race.values())
                .extracting(answer -> answer.row().guest())
                .containsOnly(bookings.find("1A").orElseThrow().guest());
        assertThat(count("foc_booking")).isEqualTo(2);
    }

    @Test
    void aRowThatOthersDeleteAllTheTimeIsAnAnswerOrAConflict() throws Exception {
        RaceResult<FoundOrCreated<Customer>> race = Race.callers(16)
                .callsEach(50)
                .timeout(Duration.ofMinutes(1))
                .run(caller -> {
                    if (caller.number() % 2 == 0) {
                        rows.execute("DELETE FROM foc_customer WHERE email = 'a'");
                        return null;
                    }
                    return ask("a", "me");
                });
        assertThat(race.failures()).allMatch(ConcurrentUpdateException.class::isInstance);
        assertThat(race.values()).filteredOn(Created.class::isInstance).hasSizeGreaterThan(1);
    }

    @Test
    void aRowThatTheSnapshotDoesNotShowIsASerializationFailure() {
        assertThatThrownBy(() -> rows.inRepeatableRead(() -> {
                    assertThat(customers.find("a")).isEmpty();
                    rows.inAnother(() -> ask("a", "other"));
                    ask("a", "me");
                }))
                .satisfies(failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("40001"));
    }

    @Test
    void aColumnThatWasNotDeclaredIsRefused() {
        assertThatThrownBy(() -> customers.row("a").set("id", 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("columns(…)");
        NewRow<Customer> withItsKey = customers.columns("email").row("a");
        assertThatThrownBy(() -> withItsKey.set("email", "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("part of the key");
    }
}
