package dev.interlock.samples.orders;

import dev.interlock.jdbc.Versioned;
import dev.interlock.retry.ConflictRetry;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Adds remarks to orders. The client names no version, since its remark is right whatever else changed meanwhile: the server reads
 * the order, and reads it again if somebody else was faster.
 */
@Service
class OrderNotes {

    private final Orders orders;
    private final TransactionOperations transactions;
    private final ConflictRetry retry;

    OrderNotes(Orders orders, TransactionOperations transactions, ConflictRetry retry) {
        this.orders = orders;
        this.transactions = transactions;
        this.retry = retry.named("order-note");
    }

    /** The first attempt takes no lock; where many write to one order at once, those that were too late queue for it. */
    Versioned<OrderView> add(UUID id, String text) {
        return retry.escalateAfter(1, "order-note", id)
                .call(() -> transactions.execute(status -> readAndWrite(id, text)));
    }

    private Versioned<OrderView> readAndWrite(UUID id, String text) {
        Versioned<Order> order = orders.find(id);
        orders.change(id)
                .read(order.version())
                .set("note", joined(order.row().note(), text))
                .updateOrThrow();
        return orders.view(id);
    }

    private static String joined(String note, String text) {
        return note.isEmpty() ? text : note + "\n" + text;
    }
}
