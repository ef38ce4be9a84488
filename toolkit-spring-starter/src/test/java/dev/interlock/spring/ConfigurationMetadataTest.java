package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What editors and the page of properties say. After a change of the properties, {@code -Dinterlock.docs.write=true} writes the
 * page anew.
 */
class ConfigurationMetadataTest {

    private static final Path PAGE = Path.of("../docs/operations/properties.md");
    private static final String BEGIN = "<!-- begin of the table -->\n";
    private static final String END = "<!-- end of the table -->\n";

    /** Those without a value of their own; their descriptions say what holds then. */
    private static final Set<String> WITHOUT_DEFAULT = Set.of(
            "interlock.namespace",
            "interlock.lock.blocking-transactions",
            "interlock.postgres.url",
            "interlock.postgres.username",
            "interlock.postgres.password",
            "interlock.postgres.data-sources");

    /** Whole literals, and settings in messages. */
    private static final Pattern NAMES =
            Pattern.compile("\"(interlock(?:\\.[a-z]+(?:-[a-z]+)*)+)\"|(interlock(?:\\.[a-z]+(?:-[a-z]+)*)+)=");

    private final JsonNode metadata = metadata();

    @Test
    void everyPropertyIsDescribedWithItsType() {
        assertThat(names()).contains("interlock.enabled", "interlock.order", "interlock.weaving");
        assertThat(properties()).allSatisfy(property -> {
            assertThat(property.path("description").asString(""))
                    .describedAs(name(property))
                    .matches("\\p{Lu}.*\\.");
            assertThat(property.path("type").asString(""))
                    .describedAs(name(property))
                    .isNotEmpty();
        });
    }

    @Test
    void everyPropertyHasItsDefaultOrSaysWhatHoldsWithoutOne() {
        assertThat(properties())
                .filteredOn(property -> !property.has("defaultValue"))
                .extracting(ConfigurationMetadataTest::name)
                .containsExactlyInAnyOrderElementsOf(WITHOUT_DEFAULT);
    }

    @Test
    void hintsAreOfPropertiesThatThereAre() {
        List<String> hinted = metadata.get("hints")
                .valueStream()
                .map(ConfigurationMetadataTest::name)
                .toList();
        assertThat(hinted).contains("interlock.lock.backend", "interlock.postgres.data-sources.keys");
        assertThat(names())
                .containsAll(hinted.stream()
                        .map(name -> name.replaceFirst("\\.(keys|values)$", ""))
                        .toList());
    }

    @Test
    void everyNameInTheCodeIsInTheMetadata() throws IOException {
        Set<String> known = names();
        List<String> unknown = new ArrayList<>();
        int found = 0;
        for (Path file : sources()) {
            String source = Files.readString(file);
            if (source.contains("io.micrometer") || file.toString().contains("observation")) {
                continue;
            }
            for (Matcher names = NAMES.matcher(source); names.find(); found++) {
                String name = names.group(1) != null ? names.group(1) : names.group(2);
                if (!known.contains(name)) {
                    unknown.add(file.getFileName() + ": " + name);
                }
            }
        }
        assertThat(found).isGreaterThan(10);
        assertThat(unknown).isEmpty();
    }

    @Test
    void thePageListsThemAll() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        assertThat(page).contains(BEGIN, END);
        if (Boolean.getBoolean("interlock.docs.write")) {
            page = page.substring(0, from) + table() + page.substring(to);
            Files.writeString(PAGE, page);
            to = page.indexOf(END);
        }
        assertThat(page.substring(from, to)).isEqualTo(table());
    }

    private String table() {
        StringBuilder table = new StringBuilder("| property | type | default | meaning |\n| --- | --- | --- | --- |\n");
        properties()
                .forEach(property -> table.append("| `")
                        .append(name(property))
                        .append("` | ")
                        .append(type(property.get("type").asString()))
                        .append(" | ")
                        .append(defaultOf(property))
                        .append(" | ")
                        .append(property.get("description").asString().replace("|", "\\|"))
                        .append(" |\n"));
        return table.toString();
    }

    private static String defaultOf(JsonNode property) {
        JsonNode value = property.path("defaultValue");
        if (value.isMissingNode()) {
            return "";
        }
        return value.isArray() && value.isEmpty() ? "none" : "`" + value.asString() + "`";
    }

    /** Simple names; enums by their values, as one writes them. */
    private static String type(String type) {
        try {
            Class<?> enumeration = Class.forName(type);
            if (enumeration.isEnum()) {
                return Stream.of(enumeration.getEnumConstants())
                        .map(constant -> "`" + constant.toString().toLowerCase(Locale.ROOT) + "`")
                        .collect(Collectors.joining(", "));
            }
        } catch (ClassNotFoundException generic) {
            // A List<…> or a Map<…>.
        }
        String simple =
                type.replaceAll("[a-z]+\\.", "").replaceAll("[A-Za-z]+\\$", "").replaceAll(",(?=\\S)", ", ");
        return simple.contains("<") ? "`" + simple + "`" : simple;
    }

    private static List<Path> sources() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module : List.of(".", "../toolkit-runtime", "../toolkit-annotations")) {
            try (Stream<Path> walk = Files.walk(Path.of(module, "src/main/java"))) {
                walk.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }

    private List<JsonNode> properties() {
        return metadata.get("properties").valueStream().toList();
    }

    private Set<String> names() {
        return properties().stream()
                .map(ConfigurationMetadataTest::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(JsonNode item) {
        return item.get("name").asString();
    }

    /** Of this module, since other libraries have such files too. */
    private static JsonNode metadata() {
        try {
            for (URL url : Collections.list(ConfigurationMetadataTest.class
                    .getClassLoader()
                    .getResources("META-INF/spring-configuration-metadata.json"))) {
                String json = new String(url.openStream().readAllBytes(), StandardCharsets.UTF_8);
                if (json.contains("\"dev.interlock.spring.InterlockProperties\"")) {
                    return JsonMapper.shared().readTree(json);
                }
            }
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
        throw new AssertionError("The module has no metadata");
    }
}
