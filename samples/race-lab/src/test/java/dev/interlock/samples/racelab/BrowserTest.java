package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.racelab.OpenLab.Lab;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;

/** The page as a person meets it, in a real browser; skipped where there is none. */
@Timeout(300)
@EnabledIf(value = "dev.interlock.samples.racelab.Browser#isExpected", disabledReason = Browser.NOT_INSTALLED)
@ExtendWith(OpenLab.class)
class BrowserTest {

    private static final String LISTEN = """
            window.told = [];
            new MutationObserver(() => told.push(document.getElementById("message").textContent))
                .observe(document.getElementById("message"), { childList: true, characterData: true, subtree: true });
            """;

    /** For each canvas, how many of its pixels have been painted. */
    private static final String PAINTED = """
            return [...document.querySelectorAll("#charts canvas")].map(canvas => canvas
                .getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
                .filter((value, index) => index % 4 === 3 && value > 0).length)
            """;

    private static Lab lab;
    private static Browser browser;

    @BeforeAll
    static void open(Lab open) throws Exception {
        lab = open;
        browser = Browser.start();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void nothingIsAskedOfOtherHosts() {
        assertThat(browser.requests())
                .isNotEmpty()
                .allSatisfy(address ->
                        assertThat(address).startsWith(lab.address("/").toString()));
    }

    @Test
    void sceneIsFoundAndRunByTheKeyboardAlone() {
        browser.open(lab.address("/").toString());
        browser.await("a.card", cards -> cards.size() >= 24);
        browser.press(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Skip to the content");
        browser.tabTo("#search");
        browser.press("credit balance advisory");
        browser.await("a.card", cards -> cards.size() == 1);
        assertThat(browser.text("#found")).isEqualTo("1 scene");

        browser.tabTo("a.card");
        browser.press(Keys.ENTER);
        browser.awaitText("#scene-title", "A credit balance changed by many");
        assertThat(browser.focused().getAttribute("id")).isEqualTo("scene-title");
        browser.tabTo("#callers");
        browser.replaceBy("16");
        browser.tabTo("#rounds");
        browser.replaceBy("20");
        browser.script(LISTEN);
        browser.tabTo("#start");
        browser.press(Keys.ENTER);

        browser.awaitText("#verdict", "The race shows without the guard and is gone with it.");
        String violations = browser.text(".unguarded [data-figure=violations]");
        assertThat(violations).isNotEqualTo("0");
        assertThat(browser.text(".guarded [data-figure=violations]")).isEqualTo("0");
        assertThat(browser.text(".guarded [data-figure=stage]")).endsWith("16 callers");
        assertThat(browser.focused().getAttribute("id")).isEqualTo("start");
        assertThat((List<?>) browser.script("return told"))
                .map(Object::toString)
                .anyMatch(told -> told.contains("guard, round "))
                .endsWith("Finished. Without the guard: " + violations + " violations. With the guard: 0 violations.");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void chartsAreDrawnAndToldAsTables() throws Exception {
        runToItsEnd("credit-balance", "callers=16&rounds=2");
        browser.open(lab.address("/#/credit-balance").toString());

        assertThat(browser.await("#charts canvas", charts -> charts.size() == 3))
                .allSatisfy(chart -> assertThat(chart.getAttribute("aria-label"))
                        .contains("Without the guard: ", "With the guard: "));
        assertThat((List<?>) browser.script(PAINTED))
                .hasSize(3)
                .allSatisfy(painted -> assertThat((Long) painted).isGreaterThan(1_000));
        browser.tabTo("#charts summary");
        browser.press(Keys.ENTER);
        assertThat(browser.await("#charts tbody tr", rows -> !rows.isEmpty())
                        .get(0)
                        .getText())
                .matches("Round 1 \\d+ 0");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void guardIsMarkedInTheCode() {
        browser.open(lab.address("/#/credit-balance").toString());

        browser.awaitText("#source-guarded mark", "@AdvisoryLocked(name = \"credit-balance\"");
        assertThat(browser.all("#source-guarded mark")).hasSize(1);
        assertThat(browser.all("#source-unguarded mark")).isEmpty();
        assertThat(browser.text("#source-body")).contains("UPDATE credit_account SET balance = ?");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void chosenAppearanceIsKept() {
        browser.open(lab.address("/").toString());
        String light = ground();

        browser.tabTo("#appearance");
        browser.press(Keys.SPACE);
        String dark = ground();
        browser.reload();

        assertThat(dark).isNotEqualTo(light);
        assertThat(ground()).isEqualTo(dark);
        assertThat(browser.one("#appearance").getAttribute("aria-pressed")).isEqualTo("true");
        browser.script("localStorage.removeItem('race-lab.appearance')");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void narrowPageNeedsNoSidewaysScrolling() {
        browser.resize(500);
        try {
            browser.open(lab.address("/#/short-codes").toString());
            browser.awaitText("#scene-title", "Short codes");
            assertThat(browser.script("return document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo(true);
            browser.open(lab.address("/").toString());
            browser.await("a.card", cards -> cards.size() >= 24);
            assertThat(browser.script("return document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo(true);
        } finally {
            browser.resize(1280);
        }
    }

    @Test
    void numberOutOfItsBoundsIsToldAtItsField() {
        browser.open(lab.address("/#/first-hundred").toString());
        browser.awaitText("#callers-hint", "24 to 256");

        browser.tabTo("#callers");
        browser.replaceBy("1000");
        browser.press(Keys.ENTER);

        browser.awaitText("#callers-hint", "Must be a whole number from 2 to 256: choose 64, for example");
        assertThat(browser.text("#message")).contains("callers is a whole number from 2 to 256, not '1000'");
        assertThat(browser.focused().getAttribute("id")).isEqualTo("callers");
        assertThat(browser.one("#callers").getAttribute("aria-invalid")).isEqualTo("true");
        browser.replaceBy("64");
        assertThat(browser.text("#callers-hint")).isEqualTo("24 to 256");
        assertThat(browser.errors()).allMatch(error -> error.contains("status of 400"));
    }

    @Test
    void deskThatIsBusyIsTold() throws Exception {
        browser.open(lab.address("/#/coupon").toString());
        browser.awaitText("#scene-title", "A coupon redeemed once");
        browser.tabTo("#start");
        String run = start("credit-balance", "callers=256&rounds=5");

        browser.press(Keys.ENTER);

        browser.awaitText("#message", "The scene 'credit-balance' is running; wait for its end and click again.");
        awaitEnd(run);
        assertThat(browser.errors()).allMatch(error -> error.contains("status of 409"));
    }

    private static String ground() {
        return browser.one("body").getCssValue("background-color");
    }

    private static void runToItsEnd(String scene, String choice) throws Exception {
        awaitEnd(start(scene, choice));
    }

    private static String start(String scene, String choice) throws Exception {
        HttpResponse<String> started = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(lab.address("/api/scenes/" + scene + "/runs?" + choice))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
        return started.headers().firstValue("Location").orElseThrow();
    }

    private static void awaitEnd(String run) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(lab.address(run)).build();
        Predicate<String> isRunning = view -> view.contains("\"state\":\"running\"");
        while (isRunning.test(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body())) {
            Thread.sleep(100);
        }
    }
}
