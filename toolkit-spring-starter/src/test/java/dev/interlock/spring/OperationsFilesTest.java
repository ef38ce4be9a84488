package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.InterlockSpan;
import dev.interlock.testing.RedisServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.YamlMapFactoryBean;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.FileSystemResource;
import org.springframework.dao.OptimisticLockingFailureException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard, the alerts and the table of meters name what an application really exposes to Prometheus. */
class OperationsFilesTest {

    private static final Path FILES = Path.of("..", "docs", "operations");

    /** Labels that the scrape adds. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("job", "instance");

    private static final Pattern SAMPLE = Pattern.compile("(?m)^(interlock_[a-z_]+)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)(?:=~|!=|!~|=)\"([^\"]*)\"");
    private static final Pattern USED = Pattern.compile("\\b(interlock_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern GROUPED =
            Pattern.compile("by \\(([^)]*)\\) \\((?:(?:rate|increase)\\()?(interlock_[a-z_]+)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** Label keys by the name that Prometheus has. */
    private static final Map<String, Set<String>> EXPOSED = new TreeMap<>();

    /** Values that were seen, by name and label. */
    private static final Map<String, Set<String>> SEEN = new HashMap<>();

    /** A meter's own name, and the beginning of those that Prometheus makes of it. */
    private record InterlockName(String id) {

        String prefix() {
            return id.replace('.', '_');
        }
    }

    @BeforeAll
    static void expose() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (TestDatabase database = new TestDatabase();
                RedisServer redis = RedisServer.start()) {
            MeteredShop.on(database, redis, OperationsFilesTest::work)
                    .withPropertyValues(
                            "interlock.retry.budget.capacity=1",
                            "interlock.retry.budget.tokens-per-call=0",
                            "interlock.retry.budget.tokens-per-second=0")
                    .withBean(MeterRegistry.class, () -> registry)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        use(context);
                        await().until(() -> registry.scrape().contains("interlock_queue_jobs_seconds_count"));
                        read(registry.scrape());
                    });
        }
        // Of requests, which this application without a web server has none of; ConflictMetersTest sees it exposed.
        EXPOSED.put(
                new InterlockName(InterlockMeter.HTTP_CONFLICTS.id()).prefix() + "_total",
                Set.copyOf(InterlockMeter.HTTP_CONFLICTS.tags()));
    }

    private static void work(String text) {
        if (text.equals("fails")) {
            throw new IllegalStateException("as wanted");
        }
    }

    private static void use(ApplicationContext context) {
        MeteredShop shop = context.getBean(MeteredShop.class);
        shop.session("1", () -> shop.session("1", () -> {}));
        shop.transaction("1", () -> {});
        shop.mutex("1", () -> {});
        assertThatThrownBy(() -> shop.retried("1", () -> {
                    throw new OptimisticLockingFailureException("always");
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        shop.pay("1", "a");
        MeteredShop.work(context, "receipts").enqueue(new MeteredShop.Receipt("done"));
        MeteredShop.sequenced(context, "ledger").submit(new MeteredShop.Receipt("fails"), "a");
        MeteredShop.fanOut(OperationsFilesTest::work, "ok", "fails");
    }

    private static void read(String scrape) {
        Matcher samples = SAMPLE.matcher(scrape);
        while (samples.find()) {
            Set<String> labels = EXPOSED.computeIfAbsent(samples.group(1), any -> new TreeSet<>());
            if (samples.group(2) != null) {
                Matcher label = LABEL.matcher(samples.group(2));
                while (label.find()) {
                    labels.add(label.group(1));
                    SEEN.computeIfAbsent(samples.group(1) + '/' + label.group(1), any -> new HashSet<>())
                            .add(label.group(2));
                }
            }
        }
    }

    private static String text(String file) throws IOException {
        return Files.readString(FILES.resolve(file));
    }

    private static List<String> ofDashboard() throws IOException {
        List<String> found = new ArrayList<>();
        JsonNode dashboard = JsonMapper.shared().readTree(text("grafana-dashboard.json"));
        for (String field : List.of("expr", "definition")) {
            dashboard.findValues(field).forEach(node -> found.add(node.asString()));
        }
        assertThat(found).hasSizeGreaterThan(20);
        return found;
    }

    private static List<String> ofAlerts() {
        YamlMapFactoryBean file = new YamlMapFactoryBean();
        file.setResources(new FileSystemResource(FILES.resolve("prometheus-alerts.yml")));
        List<String> found = new ArrayList<>();
        Set<Object> names = new HashSet<>();
        for (Map<?, ?> group : maps(file.getObject(), "groups")) {
            for (Map<?, ?> rule : maps(group, "rules")) {
                found.add((String) rule.get("expr"));
                assertThat(names.add(rule.get("alert"))).isTrue();
            }
        }
        assertThat(found).hasSizeGreaterThan(15);
        return found;
    }

    private static List<Map<?, ?>> maps(Map<?, ?> parent, String key) {
        List<Map<?, ?>> maps = new ArrayList<>();
        ((List<?>) parent.get(key)).forEach(one -> maps.add((Map<?, ?>) one));
        return maps;
    }

    /** What is wrong with an expression. */
    private static List<String> problems(String expression) {
        List<String> problems = new ArrayList<>();
        Matcher used = USED.matcher(expression);
        int meters = 0;
        while (used.find()) {
            meters++;
            Set<String> labels = EXPOSED.get(used.group(1));
            if (labels == null) {
                problems.add(used.group(1) + " is not exposed");
                continue;
            }
            Matcher label = LABEL.matcher(used.group(2) == null ? "" : used.group(2));
            while (label.find()) {
                if (!labels.contains(label.group(1)) && !OF_THE_SCRAPE.contains(label.group(1))) {
                    problems.add(used.group(1) + " has no label " + label.group(1));
                }
            }
        }
        if (meters == 0) {
            problems.add("names no meter");
        }
        Matcher grouped = GROUPED.matcher(expression);
        while (grouped.find()) {
            for (String label : grouped.group(1).split(", *")) {
                if (!OF_THE_SCRAPE.contains(label)
                        && !EXPOSED.getOrDefault(grouped.group(2), Set.of()).contains(label)) {
                    problems.add(grouped.group(2) + " is grouped by " + label + ", which it has not");
                }
            }
        }
        if (expression.chars().filter(c -> c == '(').count()
                != expression.chars().filter(c -> c == ')').count()) {
            problems.add("has unbalanced parentheses");
        }
        return problems;
    }

    @Test
    void theApplicationExposesEveryMeterWithItsTags() {
        for (InterlockMeter meter : InterlockMeter.values()) {
            String prefix = new InterlockName(meter.id()).prefix();
            assertThat(EXPOSED).as(meter.id()).anySatisfy((name, labels) -> {
                assertThat(name).startsWith(prefix);
                assertThat(labels).containsExactlyInAnyOrderElementsOf(meter.tags());
            });
        }
    }

    @Test
    void dashboardAndAlertsNameWhatIsExposed() throws IOException {
        for (String expression : ofDashboard()) {
            assertThat(problems(expression)).as(expression).isEmpty();
        }
        for (String expression : ofAlerts()) {
            assertThat(problems(expression)).as(expression).isEmpty();
        }
    }

    @Test
    void aMeterOrATagOfAnotherNameIsFound() {
        assertThat(problems("sum by (name) (rate(interlock_lock_got_seconds_count[5m]))"))
                .isNotEmpty();
        assertThat(problems("interlock_lock_lost_total{key=\"1\"}")).isNotEmpty();
        assertThat(problems("sum by (key) (rate(interlock_lock_lost_total[5m]))"))
                .isNotEmpty();
        assertThat(problems("sum by (name) (rate(interlock_lock_lost_total[5m]))"))
                .isEmpty();
    }

    @Test
    void theDashboardShowsEveryMeter() throws IOException {
        String all = String.join("\n", ofDashboard());
        for (InterlockMeter meter : InterlockMeter.values()) {
            assertThat(all).contains(new InterlockName(meter.id()).prefix() + (isGauge(meter) ? "" : "_"));
        }
    }

    private static boolean isGauge(InterlockMeter meter) {
        return EXPOSED.containsKey(new InterlockName(meter.id()).prefix());
    }

    @Test
    void theTableListsEveryMeterAndSpanWithItsTagsAndNoOther() throws IOException {
        Map<String, Set<String>> documented = new HashMap<>();
        for (String line : text("meters.md").lines().toList()) {
            if (line.startsWith("| `interlock.")) {
                String[] cells = line.split("\\|");
                boolean span = cells.length == 4;
                documented.put(
                        quoted(cells[1]).iterator().next(),
                        span ? new HashSet<>(List.of(cells[2].split(",")[0].trim())) : quoted(cells[3]));
            }
        }
        Map<String, Set<String>> expected = new HashMap<>();
        for (InterlockMeter meter : InterlockMeter.values()) {
            expected.put(meter.id(), Set.copyOf(meter.tags()));
        }
        for (InterlockSpan span : InterlockSpan.values()) {
            expected.put(span.id(), documented.getOrDefault(span.id(), Set.of()));
            assertThat(text("meters.md")).contains("| `" + span.id() + "` | " + keys(span));
        }
        assertThat(documented).isEqualTo(expected);
    }

    private static String keys(InterlockSpan span) {
        return span.keys().stream().map(key -> "`" + key + "`, ").collect(Collectors.joining()) + "`outcome`";
    }

    private static Set<String> quoted(String cell) {
        Set<String> found = new HashSet<>();
        Matcher matcher = QUOTED.matcher(cell);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void valuesOfTagsAreThoseThatAreDocumented() throws IOException {
        for (String tag : List.of("outcome", "result", "state")) {
            for (InterlockMeter meter : InterlockMeter.values()) {
                if (!meter.tags().contains(tag) || meter == InterlockMeter.RETRY_CONFLICTS && tag.equals("state")) {
                    continue;
                }
                Set<String> values = documented(tag, meter);
                String prefix = new InterlockName(meter.id()).prefix();
                SEEN.forEach((series, seen) -> {
                    if (series.startsWith(prefix) && series.endsWith("/" + tag)) {
                        assertThat(values).as(series).containsAll(seen);
                    }
                });
                for (String expression : ofAlerts()) {
                    Matcher used = USED.matcher(expression);
                    while (used.find()) {
                        if (used.group(1).startsWith(prefix) && used.group(2) != null) {
                            assertThat(values).as(expression).containsAll(asked(used.group(2), tag));
                        }
                    }
                }
            }
        }
    }

    private static Set<String> documented(String tag, InterlockMeter meter) throws IOException {
        String row = text("meters.md")
                .lines()
                .filter(line -> line.startsWith("| `" + tag + "` of `" + meter.id() + "` |"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No values of " + tag + " of " + meter.id()));
        return quoted(row.split("\\|")[2]);
    }

    private static Set<String> asked(String matchers, String tag) {
        Set<String> asked = new HashSet<>();
        Matcher label = LABEL.matcher(matchers);
        while (label.find()) {
            if (label.group(1).equals(tag)) {
                asked.addAll(Arrays.asList(label.group(2).split("\\|")));
            }
        }
        return asked;
    }
}
