package dev.interlock.spring.web;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.jdbc.ConcurrentUpdateException;
import dev.interlock.jdbc.ExpectedVersion;
import dev.interlock.jdbc.FindOrCreate;
import dev.interlock.jdbc.FoundOrCreated;
import dev.interlock.jdbc.FoundOrCreated.Found;
import dev.interlock.jdbc.StaleVersionException;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedUpdate;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** An application in which several people edit the same baskets. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Shop.class)
class Baskets {

    record Basket(long id, int items, String status) {}

    record Edit(int items) {}

    enum Status {
        OPEN,
        SHIPPED
    }

    enum Event {
        SHIP
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes(@JsonSubTypes.Type(value = Book.class, name = "book"))
    interface Item {}

    record Book(String title) implements Item {}

    static void prepare(JdbcClient jdbc) {
        jdbc.sql("CREATE TABLE IF NOT EXISTS basket (id bigserial PRIMARY KEY, items int NOT NULL DEFAULT 0,"
                        + " status text NOT NULL DEFAULT 'OPEN', version bigint NOT NULL DEFAULT 1)")
                .update();
        jdbc.sql("""
                CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION USING ERRCODE = NEW.state, MESSAGE = ''secret-4711''; END'
                """).update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS doomed (state text NOT NULL)").update();
        jdbc.sql("CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON doomed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
                        + " EXECUTE FUNCTION fail()")
                .update();
    }

    @Bean
    StateMachine<Status, Event> basketStates(DataSource dataSource) {
        return StateMachine.of(dataSource, "basket", Status.class, Event.class)
                .edge(Status.OPEN, Event.SHIP, Status.SHIPPED)
                .build();
    }

    @RestController
    @RequestMapping("/baskets/{id}")
    static class Desk {

        private final AtomicInteger attempts = new AtomicInteger();

        private final VersionedUpdate<Basket> baskets;
        private final FindOrCreate<Basket> creation;
        private final StateMachine<Status, Event> states;
        private final JdbcClient jdbc;

        Desk(DataSource dataSource, StateMachine<Status, Event> states) {
            this.baskets =
                    VersionedUpdate.of(dataSource, "basket", Basket.class).columns("items");
            this.creation = FindOrCreate.of(dataSource, "basket", Basket.class).columns("items");
            this.states = states;
            this.jdbc = JdbcClient.create(dataSource);
        }

        @GetMapping
        public Versioned<Basket> read(@PathVariable long id) {
            return baskets.findOrThrow(id);
        }

        @GetMapping("/entity")
        public ResponseEntity<Versioned<Basket>> entity(@PathVariable long id) {
            return ResponseEntity.of(baskets.find(id));
        }

        @GetMapping("/later")
        public CompletableFuture<ResponseEntity<Versioned<Basket>>> later(@PathVariable long id) {
            return CompletableFuture.supplyAsync(() -> ResponseEntity.accepted().body(baskets.findOrThrow(id)));
        }

        @GetMapping("/tagged")
        public ResponseEntity<Versioned<Basket>> tagged(@PathVariable long id) {
            return ResponseEntity.ok().eTag("\"own\"").body(baskets.findOrThrow(id));
        }

        @GetMapping("/items")
        public Versioned<List<Item>> items(@PathVariable long id) {
            return new Versioned<>(
                    List.of(new Book("Dune")), baskets.findOrThrow(id).version());
        }

        @PutMapping
        @Transactional
        public ResponseEntity<Versioned<Basket>> put(
                @PathVariable long id, ExpectedVersion expected, @RequestBody Edit edit) {
            return expected.isAbsent()
                    ? created(id, expected, edit)
                    : ResponseEntity.ok(edited(id, expected, edit.items()));
        }

        private ResponseEntity<Versioned<Basket>> created(long id, ExpectedVersion expected, Edit edit) {
            FoundOrCreated<Basket> basket =
                    creation.row(id).set("items", edit.items()).findOrCreate();
            Versioned<Basket> now = baskets.findOrThrow(id);
            if (basket instanceof Found<Basket>) {
                expected.require(now.version());
            }
            return ResponseEntity.status(HttpStatus.CREATED).body(now);
        }

        private Versioned<Basket> edited(long id, ExpectedVersion expected, int items) {
            long version =
                    baskets.row(id).expected(expected).set("items", items).updateOrThrow();
            return new Versioned<>(baskets.findOrThrow(id).row(), version);
        }

        /** As it would be without versions. */
        @PutMapping("/unguarded")
        public Basket putUnguarded(@PathVariable long id, @RequestBody Edit edit) {
            jdbc.sql("UPDATE basket SET items = ?, version = version + 1 WHERE id = ?")
                    .params(edit.items(), id)
                    .update();
            return new Basket(id, edit.items(), "OPEN");
        }

        @PutMapping("/checked")
        public ResponseEntity<Void> putAfterCheck(
                @PathVariable long id, ExpectedVersion expected, @RequestBody Edit edit) {
            expected.require(baskets.findOrThrow(id).version());
            long version = baskets.row(id)
                    .expected(expected)
                    .set("items", edit.items())
                    .updateOrThrow();
            return ResponseEntity.noContent().eTag(ETags.of(version)).build();
        }

        @PutMapping("/tagged")
        public ResponseEntity<Basket> putTagged(
                @PathVariable long id, ExpectedVersion expected, @RequestBody Edit edit) {
            Versioned<Basket> now = edited(id, expected, edit.items());
            return ResponseEntity.ok().eTag(ETags.of(now.version())).body(now.row());
        }

        @PutMapping("/optional")
        public Versioned<Basket> putOptionally(
                @PathVariable long id, Optional<ExpectedVersion> expected, @RequestBody Edit edit) {
            return edited(id, expected.orElse(ExpectedVersion.any()), edit.items());
        }

        @PutMapping("/idempotent")
        @Idempotent(name = "edit-basket")
        @Transactional
        public Versioned<Basket> putOnce(@PathVariable long id, ExpectedVersion expected, @RequestBody Edit edit) {
            return edited(id, expected, edit.items());
        }

        @PutMapping("/idempotent-entity")
        @Idempotent(name = "edit-basket-entity")
        @Transactional
        public ResponseEntity<Versioned<Basket>> putEntityOnce(
                @PathVariable long id, Optional<ExpectedVersion> expected, @RequestBody Edit edit) {
            return ResponseEntity.accepted().body(edited(id, expected.orElseThrow(), edit.items()));
        }

        /** Somebody else is always faster. */
        @PostMapping("/overtaken")
        @RetryOnConflict(maxRetries = 2, delay = "1ms")
        @Transactional
        public Versioned<Basket> overtaken(@PathVariable long id) {
            attempts.incrementAndGet();
            long version = baskets.findOrThrow(id).version() - 1;
            return new Versioned<>(
                    baskets.findOrThrow(id).row(), baskets.row(id).read(version).updateOrThrow());
        }

        public int attempts() {
            return attempts.get();
        }

        @PostMapping("/ship")
        public void ship(@PathVariable long id) {
            states.fireOrThrow(id, Event.SHIP);
        }
    }

    /** Fails in all the ways of a database. */
    @RestController
    @RequestMapping("/fail/{state}")
    static class Failures {

        private final DataSource dataSource;
        private final JdbcClient jdbc;

        Failures(DataSource dataSource) {
            this.dataSource = dataSource;
            this.jdbc = JdbcClient.create(dataSource);
        }

        @PostMapping("/at-statement")
        public void atStatement(@PathVariable String state) {
            jdbc.sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + state + "', MESSAGE = 'secret-4711'; END $$")
                    .update();
        }

        @PostMapping("/at-commit")
        @Transactional
        public void atCommit(@PathVariable String state) {
            insert(state);
        }

        /** Spring's manager that translates nothing. */
        @PostMapping("/untranslated")
        public void untranslated(@PathVariable String state) {
            new TransactionTemplate(new DataSourceTransactionManager(dataSource))
                    .executeWithoutResult(status -> insert(state));
        }

        /** The last of several attempts failed for another reason than those before. */
        @PostMapping("/after-conflicts")
        public void afterConflicts(@PathVariable String state) {
            DataIntegrityViolationException last =
                    new DataIntegrityViolationException("secret-4711", new SQLException("", "23514"));
            last.addSuppressed(new SQLException("", state));
            throw last;
        }

        @PostMapping("/wrapped")
        public void wrapped(@PathVariable String state) {
            try {
                atStatement(state);
            } catch (RuntimeException conflict) {
                throw new Busy(conflict);
            }
        }

        private void insert(String state) {
            jdbc.sql("INSERT INTO doomed VALUES (?)").param(state).update();
        }
    }

    @ResponseStatus(HttpStatus.GONE)
    static class Busy extends RuntimeException {

        private static final long serialVersionUID = 1;

        Busy(Throwable cause) {
            super(cause);
        }
    }

    /** Has an advice of its own. */
    @RestController
    @RequestMapping("/own")
    static class Own {

        @PostMapping("/stale")
        public void stale() {
            throw new StaleVersionException("stale", 7);
        }

        @PostMapping("/conflict")
        public void conflict() {
            throw new ConcurrentUpdateException("conflict");
        }
    }

    @RestControllerAdvice(assignableTypes = Own.class)
    static class OwnAdvice {

        @ExceptionHandler({StaleVersionException.class, OptimisticLockingFailureException.class})
        ResponseEntity<String> answer(Exception thrown) {
            return ResponseEntity.status(418).body("own");
        }
    }
}
