package dev.interlock.docs.guards;

import dev.interlock.annotation.AdvisoryLocked;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;

class Shop {

    record Sold(String sku) {}

    @Service
    static class Sales {

        private final JdbcClient jdbc;
        private final StockRoom stock;
        private final ApplicationEventPublisher events;

        Sales(JdbcClient jdbc, StockRoom stock, ApplicationEventPublisher events) {
            this.jdbc = jdbc;
            this.stock = stock;
            this.events = events;
        }

        // tag::by-hand[]
        private final ReentrantLock lock = new ReentrantLock();

        @Transactional
        public void sellByHand(String sku) {
            lock.lock();
            try {
                int quantity = quantity(sku);
                set(sku, quantity - 1);
            } finally {
                lock.unlock(); // too early: the COMMIT comes after this method has returned
            }
        }
        // end::by-hand[]

        // tag::joined[]
        @Transactional
        public void sell(String sku) {
            stock.reserve(sku, 1); // joins; its lock is kept until this transaction has ended
            jdbc.sql("INSERT INTO audit VALUES (?)").param("sold").update();
            events.publishEvent(new Sold(sku));
        }
        // end::joined[]

        // tag::stage[]
        @AdvisoryLocked(name = "stock-sync", key = "#sku", waitTime = "0s") // SESSION, until the stage has ended
        public CompletableFuture<String> synchronise(String sku, CompletableFuture<String> answer) {
            return answer.thenApply(text -> sku + " " + text);
        }
        // end::stage[]

        private int quantity(String sku) {
            return jdbc.sql("SELECT quantity FROM stock WHERE sku = ?")
                    .param(sku)
                    .query(Integer.class)
                    .single();
        }

        private void set(String sku, int quantity) {
            jdbc.sql("UPDATE stock SET quantity = ? WHERE sku = ?")
                    .params(quantity, sku)
                    .update();
        }
    }

    // tag::after-commit[]
    @Component
    static class Notices {

        private final Shelves shelves;

        Notices(Shelves shelves) {
            this.shelves = shelves;
        }

        @TransactionalEventListener // AFTER_COMMIT
        void sold(Sold event) {
            shelves.refill(event.sku()); // gets a transaction of its own, and its lock lasts to the end of that
        }
    }

    @Service
    static class Shelves {

        private final JdbcClient jdbc;

        Shelves(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        @AdvisoryLocked(name = "shelf", key = "#sku")
        public void refill(String sku) {
            jdbc.sql("INSERT INTO audit VALUES ('refilled')").update();
        }
    }
    // end::after-commit[]
}
