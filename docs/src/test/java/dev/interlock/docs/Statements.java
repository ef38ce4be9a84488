package dev.interlock.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.docs.PostgresTap.RoundTrip;
import dev.interlock.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an example sends to Postgres and Redis, and whether a page shows just that. A bean of every context that {@link Servers}
 * prepares.
 *
 * <pre>{@code
 * sent.during(() -> accounts.deposit(1, 100)).isShownOn("guards/advisory-locked.md", "deposit");
 * }</pre>
 *
 * compares with these blocks of the page, of which either may be missing:
 *
 * <pre>{@code
 * <!-- sent: docs/src/test/java/dev/interlock/docs/lock/AdvisoryLockedTest.java#deposit -->
 * ```sql
 * BEGIN;
 * SELECT …;
 *
 * COMMIT;
 * ```
 * }</pre>
 *
 * A paragraph is a round trip. Comments and the breaking of lines are the page's own, but a paragraph that begins with {@code --
 * lock connection} goes over a connection of the toolkit's own. A line of a {@code redis} block is a command; those that a script
 * runs are indented below it, and the script's text is {@code …}. With {@code -Dinterlock.docs.update=true} a block that differs
 * is replaced.
 *
 * <p>What comes at its own time, as heartbeats and pools that fill, is left out with {@link #ignoring}. Run the code once before,
 * so that what is asked once, as the types of columns, does not show.
 */
public final class Statements {

    static final String OWN = "-- lock connection";

    /** How the names end that the toolkit's own connections have. */
    private static final String OWNED = " interlock";

    private static final Pattern ALIVE = Pattern.compile("SELECT 1 WHERE .*");
    private static final Pattern NEW_CONNECTION = Pattern.compile("SET (application_name|extra_float_digits) .*");
    private static final int QUIET_MILLIS = 40;

    private final PostgresTap tap;
    private final RedisServer redis;
    private final List<Pattern> ignored;
    private final Map<String, String> names;

    Statements(PostgresTap tap, RedisServer redis) {
        this(tap, redis, List.of(NEW_CONNECTION), Map.of());
    }

    private Statements(PostgresTap tap, RedisServer redis, List<Pattern> ignored, Map<String, String> names) {
        this.tap = tap;
        this.redis = redis;
        this.ignored = ignored;
        this.names = names;
    }

    /** Leaves out round trips of one such statement, and such Redis commands with those of their scripts; the pattern is for all of it. */
    public Statements ignoring(String pattern) {
        List<Pattern> more = new ArrayList<>(ignored);
        more.add(Pattern.compile(pattern, Pattern.DOTALL));
        return new Statements(tap, redis, List.copyOf(more), names);
    }

    /** Shows what the pattern matches, different at each run, by a name. */
    public Statements naming(String pattern, String name) {
        Map<String, String> more = new LinkedHashMap<>(names);
        more.put(pattern, name);
        return new Statements(tap, redis, ignored, more);
    }

    /** An action that may fail. */
    public interface Action {
        void run() throws Exception;
    }

    public Sent during(Action action) throws Exception {
        return during(() -> {
            action.run();
            return null;
        });
    }

    /** Runs the action and records what is sent until shortly after its end. One recording at a time. */
    public synchronized Sent during(Callable<?> action) throws Exception {
        List<RoundTrip> trips = new CopyOnWriteArrayList<>();
        try (RedisMonitor monitor = new RedisMonitor(redis)) {
            untilQuiet(monitor); // what was called before may still be cleaning up
            tap.tell(trips::add);
            action.call();
            List<String> commands = untilQuiet(monitor);
            tap.tell(trip -> {});
            return new Sent(withoutHeartbeats(withoutIgnored(trips)), commandsWithoutIgnored(commands));
        } finally {
            tap.tell(trip -> {});
        }
    }

    private static List<String> untilQuiet(RedisMonitor monitor) throws InterruptedException {
        List<String> commands = new ArrayList<>();
        List<String> more = List.of("");
        for (int i = 0; i < 25 && !more.isEmpty(); i++) {
            Thread.sleep(QUIET_MILLIS);
            more = monitor.sent();
            commands.addAll(more);
        }
        return commands;
    }

    private List<RoundTrip> withoutIgnored(List<RoundTrip> trips) {
        return trips.stream()
                .filter(trip -> trip.statements().size() > 1
                        || !isIgnored(trip.statements().get(0)))
                .toList();
    }

    /** A lock connection is asked from time to time, and before each commit under one of its locks, which alone is kept. */
    private static List<RoundTrip> withoutHeartbeats(List<RoundTrip> trips) {
        boolean locks = trips.stream().anyMatch(trip -> isOwn(trip) && !isHeartbeat(trip));
        List<RoundTrip> left = new ArrayList<>();
        for (int i = 0; i < trips.size(); i++) {
            boolean beforeCommit =
                    i + 1 < trips.size() && trips.get(i + 1).statements().equals(List.of("COMMIT"));
            if (!isHeartbeat(trips.get(i)) || locks && beforeCommit) {
                left.add(trips.get(i));
            }
        }
        return left;
    }

    private static boolean isHeartbeat(RoundTrip trip) {
        return ALIVE.matcher(trip.statements().get(0)).matches();
    }

    private static boolean isOwn(RoundTrip trip) {
        return trip.application().endsWith(OWNED);
    }

    private List<String> commandsWithoutIgnored(List<String> commands) {
        List<String> left = new ArrayList<>();
        boolean leaving = false;
        for (String command : commands) {
            leaving = command.startsWith(" ") ? leaving : isIgnored(command);
            if (!leaving) {
                left.add(named(command));
            }
        }
        return left;
    }

    private boolean isIgnored(String statement) {
        return statement.isBlank()
                || ignored.stream()
                        .anyMatch(pattern -> pattern.matcher(statement).matches());
    }

    private String named(String text) {
        String result = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            result = result.replaceAll(name.getKey(), name.getValue());
        }
        return result;
    }

    /** A recording. */
    public final class Sent {

        private final List<RoundTrip> trips;
        private final List<String> redis;

        Sent(List<RoundTrip> trips, List<String> redis) {
            this.trips = trips;
            this.redis = redis;
        }

        /** How often something was sent to Postgres and waited for. */
        public int roundTrips() {
            return trips.size();
        }

        /** The statements of all round trips. */
        public List<String> sql() {
            return trips.stream()
                    .flatMap(trip -> trip.statements().stream())
                    .map(Statements.this::named)
                    .toList();
        }

        /** The commands, and indented those of scripts. */
        public List<String> redis() {
            return redis;
        }

        /**
         * Checks the blocks with this name.
         *
         * @param page from the folder docs
         */
        public void isShownOn(String page, String name) throws IOException {
            Path file = Page.ROOT.resolve("docs").resolve(page);
            if (Boolean.getBoolean("interlock.docs.update")) {
                update(file, name);
            }
            List<SentBlock> blocks = SentBlock.of(Page.read(file)).stream()
                    .filter(block -> block.name().equals(name))
                    .toList();
            assertThat(blocks).as("blocks '%s' of %s", name, page).isNotEmpty();
            for (SentBlock block : blocks) {
                assertThat(block.lines())
                        .as("%s '%s' of %s; -Dinterlock.docs.update=true writes it anew", block.language(), name, page)
                        .isEqualTo(sent(block.language()));
            }
        }

        private List<String> sent(String language) {
            return language.equals("sql") ? SentBlock.trips(sqlText()) : redis;
        }

        private void update(Path file, String name) throws IOException {
            Page page = Page.read(file);
            for (SentBlock block : SentBlock.of(page)) {
                if (block.name().equals(name) && !block.lines().equals(sent(block.language()))) {
                    String text = block.language().equals("sql") ? sqlText() : String.join("\n", redis);
                    page = SentBlock.replaced(page, name, block.language(), text);
                }
            }
            Files.writeString(file, page.text());
        }

        private String sqlText() {
            return trips.stream().map(this::text).collect(Collectors.joining("\n\n"));
        }

        private String text(RoundTrip trip) {
            String place = isOwn(trip) ? OWN + "\n" : "";
            return place
                    + trip.statements().stream()
                            .map(statement -> SentBlock.wrapped(named(statement)) + ";")
                            .collect(Collectors.joining("\n"));
        }

        @Override
        public String toString() {
            return sqlText() + (redis.isEmpty() ? "" : "\n\n" + String.join("\n", redis));
        }
    }
}
