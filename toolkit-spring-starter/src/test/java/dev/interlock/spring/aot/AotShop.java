package dev.interlock.spring.aot;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.KeyScope;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.annotation.RowLocked;
import dev.interlock.annotation.StateTransition;
import dev.interlock.guard.GuardPlans;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.lock.LockTemplate;
import dev.interlock.queue.Job;
import dev.interlock.queue.JobHandler;
import dev.interlock.queue.Queues;
import dev.interlock.queue.WorkQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** An application with each kind of guard, as a user has it. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class AotShop {

    private static final ParameterizedTypeReference<WorkQueue<Letter>> LETTERS = new ParameterizedTypeReference<>() {};

    public static void main(String[] arguments) {
        SpringApplication.run(AotShop.class, arguments);
    }

    /** Starts the application, calls what is guarded and tells what came of it. */
    static String check(String[] arguments) throws Exception {
        SpringApplication application = new SpringApplication(AotShop.class);
        application.setMainApplicationClass(AotShop.class);
        application.setRegisterShutdownHook(false);
        try (var context = application.run(arguments)) {
            return "aot=" + AotDetector.useGeneratedArtifacts() + results(context);
        }
    }

    private static String results(ApplicationContext context) throws Exception {
        Orders orders = context.getBean(Orders.class);
        Order order = new Order(7L, new Customer("ada"));
        StringBuilder results = new StringBuilder();
        results.append(" plans=").append(context.getBean(GuardPlans.class).all().size());
        results.append(" ship=").append(orders.ship(order));
        LockTemplate locks = context.getBean(LockTemplate.class);
        var held = locks.advisory("order", "7", "ada").acquire();
        try {
            results.append(" busy=")
                    .append(CompletableFuture.supplyAsync(() -> orders.ship(order))
                            .get(30, TimeUnit.SECONDS));
        } finally {
            held.close();
        }
        Receipt first = orders.pay(order);
        Receipt second = orders.pay(order);
        results.append(" paid=").append(first.number()).append(',').append(second.number());
        results.append(" stock=").append(orders.takeOne(1L));
        orders.open(1L);
        results.append(" state=").append(orders.state(1L));
        context.<WorkQueue<Letter>>getBeanProvider(LETTERS).getObject().enqueue(new Letter("hello"));
        results.append(" job=").append(context.getBean(Postman.class).delivered.get(30, TimeUnit.SECONDS));
        return results.toString();
    }

    record Customer(String name) {}

    record Order(long id, Customer customer) {}

    record Receipt(long number) {}

    record Letter(String text) {}

    enum State {
        CLOSED,
        OPEN
    }

    enum Event {
        OPEN_UP
    }

    static class Postman implements JobHandler<Letter> {

        final CompletableFuture<String> delivered = new CompletableFuture<>();

        @Override
        public void handle(Letter letter, Job job) {
            delivered.complete(letter.text());
        }
    }

    static class Orders {

        private final JdbcClient jdbc;

        Orders(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @AdvisoryLocked(
                name = "order",
                key = {"#order.id", "#order.customer.name"},
                waitTime = "${app.wait:0s}",
                onUnavailable = OnUnavailable.FALLBACK,
                fallback = "later")
        public String ship(Order order) {
            return "shipped";
        }

        private String later(Order order) {
            return "later";
        }

        @Idempotent(name = "pay", key = "#order.id", scope = KeyScope.SHARED)
        @Transactional
        public Receipt pay(Order order) {
            return new Receipt(jdbc.sql("INSERT INTO receipts (customer) VALUES (?) RETURNING number")
                    .param(order.customer().name())
                    .query(Long.class)
                    .single());
        }

        @RetryOnConflict
        @RowLocked(table = "stock", key = "#id")
        @Transactional
        public Long takeOne(long id) {
            return jdbc.sql("UPDATE stock SET pieces = pieces - 1 WHERE id = ? RETURNING pieces")
                    .param(id)
                    .query(Long.class)
                    .single();
        }

        @StateTransition(machine = "doors", key = "#id", event = "OPEN_UP")
        @Transactional
        public void open(long id) {}

        public String state(long id) {
            return jdbc.sql("SELECT state FROM doors WHERE id = ?")
                    .param(id)
                    .query(String.class)
                    .single();
        }
    }

    @Bean
    Orders orders(JdbcClient jdbc) {
        return new Orders(jdbc);
    }

    @Bean
    StateMachine<State, Event> doors(DataSource dataSource) {
        return StateMachine.of(dataSource, "doors", State.class, Event.class)
                .column("state")
                .edge(State.CLOSED, Event.OPEN_UP, State.OPEN)
                .build();
    }

    @Bean
    WorkQueue<Letter> letters(Queues queues) {
        return queues.work("letters", Letter.class).create();
    }

    @Bean
    Postman postman() {
        return new Postman();
    }
}
