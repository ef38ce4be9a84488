package dev.interlock.samples.racelab;

import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedUpdate;
import dev.interlock.retry.ConflictRetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A document that the server patches for its clients: it reads all of it, sets the one field, and writes all of it back. The
 * clients know no version, so the conflict is the server's to resolve, up to a limit.
 */
@Component
class SettingsScene implements Scene {

    private static final int DOCUMENTS = 1_000;
    private static final int CLIENTS_EACH = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final AtomicLong values = new AtomicLong();
    private final ConcurrentMap<Integer, Long> patched = new ConcurrentHashMap<>();

    SettingsScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    record Settings(long id, String document) {}

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final TransactionOperations transactions;
        private final Body body;

        Unguarded(JdbcClient jdbc, TransactionOperations transactions, Body body) {
            this.jdbc = jdbc;
            this.transactions = transactions;
            this.body = body;
        }

        public void patch(long id, String field, long value) {
            transactions.executeWithoutResult(transaction -> {
                String document = jdbc.sql("SELECT document FROM settings WHERE id = ?")
                        .param(id)
                        .query(String.class)
                        .single();
                jdbc.sql("UPDATE settings SET document = ? WHERE id = ?")
                        .params(body.patched(document, field, value), id)
                        .update();
            });
        }
    }

    @Component
    static class Guarded {

        private final ConflictRetry retry;
        private final VersionedUpdate<Settings> settings;
        private final TransactionOperations transactions;
        private final Body body;

        Guarded(ConflictRetry retry, DataSource dataSource, TransactionOperations transactions, Body body) {
            this.retry = retry.named("settings").maxRetries(50).timeout(Duration.ofSeconds(30));
            this.settings =
                    VersionedUpdate.of(dataSource, "settings", Settings.class).columns("document");
            this.transactions = transactions;
            this.body = body;
        }

        public void patch(long id, String field, long value) {
            retry.run(() -> transactions.executeWithoutResult(transaction -> {
                Versioned<Settings> read = settings.findOrThrow(id);
                settings.row(id)
                        .read(read.version())
                        .set("document", body.patched(read.row().document(), field, value))
                        .updateOrThrow();
            }));
        }
    }

    @Component
    static class Body {

        String patched(String document, String field, long value) {
            ObjectNode fields = (ObjectNode) JsonMapper.shared().readTree(document);
            return fields.put(field, value).toString();
        }
    }

    @Override
    public String name() {
        return "settings-patch";
    }

    @Override
    public String title() {
        return "A document patched by the server";
    }

    @Override
    public Theme theme() {
        return Theme.EDITS;
    }

    @Override
    public String problem() {
        return "Two patches of different fields read the same document, and the later write brings back the old value of the"
                + " field that the earlier one has set.";
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS settings (id bigint PRIMARY KEY, document text, version bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE settings").update();
        jdbc.sql("INSERT INTO settings SELECT id, '{}', 0 FROM generate_series(0, ?) id")
                .param(DOCUMENTS)
                .update();
        patched.clear();
    }

    @Override
    public Action unguarded() {
        return caller -> patch(caller, unguarded::patch);
    }

    @Override
    public Action guarded() {
        return caller -> patch(caller, guarded::patch);
    }

    private interface Patch {

        void apply(long id, String field, long value);
    }

    /** Each client has a field of its own, so the last value it was told as set is the one to be found. */
    private long patch(int client, Patch patch) {
        long value = values.incrementAndGet();
        patch.apply(client / CLIENTS_EACH, field(client), value);
        patched.put(client, value);
        return value;
    }

    private static String field(int client) {
        return "field" + client % CLIENTS_EACH;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        Map<Long, String> documents =
                jdbc.sql("SELECT id, document FROM settings").query(Settings.class).list().stream()
                        .collect(Collectors.toMap(Settings::id, Settings::document));
        Map<Integer, Long> stored = patched.keySet().stream()
                .collect(Collectors.toMap(client -> client, client -> stored(documents, client)));
        return compare(patched, stored, answers.failed());
    }

    private static long stored(Map<Long, String> documents, int client) {
        return JsonMapper.shared()
                .readTree(documents.get((long) client / CLIENTS_EACH))
                .path(field(client))
                .asLong(0);
    }

    /** A value later than the last promised one is no violation: a call that failed may have set it. */
    static List<Violation> compare(Map<Integer, Long> promised, Map<Integer, Long> stored, long failed) {
        long lost = promised.entrySet().stream()
                .filter(last -> stored.get(last.getKey()) < last.getValue())
                .count();
        return Violation.among(
                new Violation(lost, lost + " fields are back to an older value than the client was promised"),
                Violation.failed(failed));
    }
}
