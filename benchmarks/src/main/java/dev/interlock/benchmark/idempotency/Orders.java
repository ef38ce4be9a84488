package dev.interlock.benchmark.idempotency;

import dev.interlock.annotation.Idempotent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/** Takes orders with one INSERT each: unprotected, by annotation, and as it is written by hand. */
public class Orders {

    static final int DOCUMENT_BYTES = 200;

    /** The key is not unique, so that an order taken twice leaves two rows. */
    private static final String TABLES = """
            CREATE TABLE IF NOT EXISTS purchase (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                shop bigint NOT NULL, key text NOT NULL, item text NOT NULL, quantity int NOT NULL, cents bigint NOT NULL);
            CREATE TABLE IF NOT EXISTS claim (
                key text PRIMARY KEY, fingerprint bytea NOT NULL, state text NOT NULL, outcome bytea,
                created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL);
            CREATE INDEX IF NOT EXISTS claim_expires_at ON claim (expires_at);
            CREATE TABLE IF NOT EXISTS document (key text PRIMARY KEY, body bytea NOT NULL);
            """;

    private static final String PURCHASE =
            "INSERT INTO purchase (shop, key, item, quantity, cents) VALUES (?, ?, ?, ?, ?) RETURNING id";

    private static final String CLAIM = """
            INSERT INTO claim (key, fingerprint, state, created_at, expires_at)
            VALUES (?, ?, 'claimed', now(), now() + interval '24 hours')
            ON CONFLICT DO NOTHING
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final JsonMapper json = new JsonMapper();

    Orders(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    static void createTables(JdbcClient jdbc) {
        jdbc.sql(TABLES).update();
    }

    @Transactional
    public Receipt bare(String key, Order order) {
        return take(key, order);
    }

    @Idempotent(name = "order", key = "#key")
    @Transactional
    public Receipt idempotent(String key, Order order) {
        return take(key, order);
    }

    /** The claim commits before the effect begins, so that others see it; effect and outcome commit together. */
    public Receipt inTwoTransactions(String key, Order order) {
        int claimed = jdbc.sql(CLAIM).params(key, fingerprint(order)).update();
        if (claimed == 0) {
            throw new IllegalStateException("Replays by hand are not measured");
        }
        return transactions.execute(transaction -> {
            Receipt receipt = take(key, order);
            jdbc.sql("UPDATE claim SET state = 'done', outcome = ? WHERE key = ?")
                    .params(json.writeValueAsBytes(receipt), key)
                    .update();
            return receipt;
        });
    }

    /** An order with a document of its own. */
    @Transactional
    public Receipt withDocument(String key, Order order) {
        jdbc.sql("INSERT INTO document VALUES (?, ?)")
                .params(key, "x".repeat(DOCUMENT_BYTES).getBytes(StandardCharsets.US_ASCII))
                .update();
        return take(key, order);
    }

    /** One row by its primary key, without a transaction. */
    public byte[] document(String key) {
        return jdbc.sql("SELECT body FROM document WHERE key = ?")
                .param(key)
                .query((row, number) -> row.getBytes(1))
                .single();
    }

    private Receipt take(String key, Order order) {
        long id = jdbc.sql(PURCHASE)
                .params(order.shop(), key, order.item(), order.quantity(), order.cents())
                .query((row, number) -> row.getLong(1))
                .single();
        return new Receipt(id, key, order.item(), order.quantity(), order.cents(), "PLACED", Instant.now());
    }

    private byte[] fingerprint(Order order) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(json.writeValueAsBytes(order));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has to provide SHA-256", e);
        }
    }
}
