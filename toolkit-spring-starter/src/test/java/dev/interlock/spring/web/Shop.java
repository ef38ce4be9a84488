package dev.interlock.spring.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.interlock.InterlockException;
import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnDuplicate;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.OncePerRequestFilter;

/** An application that takes orders, and writes each down in a table whenever it is told to. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Shop.Ledger.class, Shop.Gate.class})
class Shop {

    static final String USER = "X-User";

    record NewOrder(String item) {}

    /** @param nonce another one for each execution */
    record Order(long id, String item, UUID nonce) {}

    /** What was done. */
    static class Ledger {

        private final JdbcClient jdbc;

        Ledger(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        static void prepare(JdbcClient jdbc) {
            jdbc.sql("CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, item text NOT NULL)")
                    .update();
        }

        static long count(JdbcClient jdbc, String item) {
            return jdbc.sql("SELECT count(*) FROM orders WHERE item = ?")
                    .param(item)
                    .query(Long.class)
                    .single();
        }

        Order write(NewOrder order) {
            long id = jdbc.sql("INSERT INTO orders (item) VALUES (?) RETURNING id")
                    .param(order.item())
                    .query(Long.class)
                    .single();
            return new Order(id, order.item(), UUID.randomUUID());
        }

        @Idempotent(name = "write-idempotently")
        public Order writeIdempotently(NewOrder order) {
            return write(order);
        }
    }

    /** Holds calls in the midst of their work. */
    static class Gate {

        private final Semaphore entered = new Semaphore(0);
        private volatile CountDownLatch exit = new CountDownLatch(0);

        void shut() {
            entered.drainPermits();
            exit = new CountDownLatch(1);
        }

        boolean awaitOneInside() throws InterruptedException {
            return entered.tryAcquire(60, TimeUnit.SECONDS);
        }

        void open() {
            exit.countDown();
        }

        void pass() throws InterruptedException {
            entered.release();
            if (!exit.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The test forgot this call");
            }
        }
    }

    @RestController
    static class Orders {

        private final AtomicInteger attempts = new AtomicInteger();

        private final Ledger ledger;
        private final Gate gate;

        Orders(Ledger ledger, Gate gate) {
            this.ledger = ledger;
            this.gate = gate;
        }

        @PostMapping("/unguarded")
        @Transactional
        public ResponseEntity<Order> placeUnguarded(@RequestBody NewOrder order) throws InterruptedException {
            return created(order);
        }

        @PostMapping("/orders")
        @Idempotent(name = "place")
        @Transactional
        public ResponseEntity<Order> place(@RequestBody NewOrder order) throws InterruptedException {
            return created(order);
        }

        @PostMapping("/rejecting")
        @Idempotent(name = "place-once", onDuplicate = OnDuplicate.REJECT)
        @Transactional
        public ResponseEntity<Order> placeOnce(@RequestBody NewOrder order) throws InterruptedException {
            return created(order);
        }

        @PostMapping("/with-service")
        public Order withService(@RequestBody NewOrder order) {
            return ledger.writeIdempotently(order);
        }

        @PostMapping("/nested")
        @Idempotent(name = "nested")
        @Transactional
        public Order nested(@RequestBody NewOrder order) {
            ledger.write(order);
            return ledger.writeIdempotently(order);
        }

        public int attempts() {
            return attempts.get();
        }

        @PostMapping("/sold-out")
        @Idempotent(name = "sold-out", replayFor = SoldOut.class)
        @Transactional
        public Order sellOut(@RequestBody NewOrder order) {
            attempts.incrementAndGet();
            throw new SoldOut("No more " + order.item());
        }

        @PostMapping("/later")
        @Idempotent(name = "later", mode = IdempotencyMode.LEASED)
        public CompletableFuture<ResponseEntity<List<Order>>> later(@RequestBody NewOrder order) {
            return CompletableFuture.supplyAsync(
                    () -> ResponseEntity.accepted().eTag("\"7\"").body(List.of(ledger.write(order))));
        }

        @PostMapping("/silent")
        @Idempotent(name = "silent")
        @Transactional
        public ResponseEntity<Void> silent(@RequestBody NewOrder order) {
            return ResponseEntity.created(
                            URI.create("/orders/" + ledger.write(order).id()))
                    .build();
        }

        @PostMapping("/locked")
        @AdvisoryLocked(name = "item", key = "#order.item", waitTime = "0s")
        @Transactional
        public ResponseEntity<Order> locked(@RequestBody NewOrder order) throws InterruptedException {
            return created(order);
        }

        private ResponseEntity<Order> created(NewOrder order) throws InterruptedException {
            Order written = ledger.write(order);
            gate.pass();
            return ResponseEntity.created(URI.create("/orders/" + written.id()))
                    .eTag("\"" + written.nonce() + "\"")
                    .header("Set-Cookie", "session=" + written.nonce())
                    .header("X-Cost", "7")
                    .header("X-Node", "a")
                    .body(written);
        }
    }

    /** Has an advice of its own. */
    @RestController
    static class Tills {

        private final Ledger ledger;

        Tills(Ledger ledger) {
            this.ledger = ledger;
        }

        @PostMapping("/tills")
        @Idempotent(name = "till")
        public Order open(@RequestBody NewOrder order) {
            return ledger.write(order);
        }
    }

    /** Has an exception of its own. */
    @RestController
    static class Wrapping {

        private final Ledger ledger;

        Wrapping(Ledger ledger) {
            this.ledger = ledger;
        }

        @PostMapping("/wrapping")
        public Order wrap(@RequestBody NewOrder order) {
            try {
                return ledger.writeIdempotently(order);
            } catch (InterlockException refusal) {
                throw new Closed(refusal);
            }
        }
    }

    @ResponseStatus(HttpStatus.CONFLICT)
    static class SoldOut extends RuntimeException {

        private static final long serialVersionUID = 1;

        SoldOut(@JsonProperty("message") String message) {
            super(message);
        }
    }

    @ResponseStatus(HttpStatus.GONE)
    static class Closed extends RuntimeException {

        private static final long serialVersionUID = 1;

        Closed(Throwable cause) {
            super(cause);
        }
    }

    @RestControllerAdvice(assignableTypes = Tills.class)
    static class OwnAdvice {

        @ExceptionHandler
        ResponseEntity<String> answer(InterlockException refusal) {
            return ResponseEntity.status(418).body("own");
        }
    }

    /** Believes whatever the client says, as the container would after a login. */
    @Bean
    OncePerRequestFilter users() {
        return new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                String user = request.getHeader(USER);
                chain.doFilter(
                        new HttpServletRequestWrapper(request) {
                            @Override
                            public Principal getUserPrincipal() {
                                return user == null ? null : () -> user;
                            }
                        },
                        response);
            }
        };
    }
}
