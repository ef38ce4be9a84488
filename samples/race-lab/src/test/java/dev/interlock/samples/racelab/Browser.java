package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium of this machine, driven like a person who has nothing but a keyboard. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TABS_AT_MOST = 60;

    static final String NOT_INSTALLED =
            "no chromium or no chromedriver is on the PATH; Debian has them as chromium and chromium-driver";

    /** Other schemes name what the browser has itself, its first empty tab for example. */
    private static final Set<String> OVER_THE_NETWORK = Set.of("ftp", "http", "https", "ws", "wss");

    private final ChromeDriver driver;
    private final Path profile;

    private Browser(ChromeDriver driver, Path profile) {
        this.driver = driver;
        this.profile = profile;
    }

    /** Whether there is one, or {@code RACE_LAB_BROWSER=required} says that there must be; otherwise says so in the build's output. */
    static boolean isExpected() {
        boolean expected = isRequired() || (chromium().isPresent() && driver().isPresent());
        if (!expected) {
            System.out.println("SKIPPED the browser test of the Race Lab: " + NOT_INSTALLED);
        }
        return expected;
    }

    /** Skips the test if the browser does not start, unless it is required. */
    static Browser start() throws IOException {
        Path chromium = chromium().orElseThrow(() -> new AssertionError(NOT_INSTALLED));
        Path driver = driver().orElseThrow(() -> new AssertionError(NOT_INSTALLED));
        Path profile = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "browser-");
        try {
            return new Browser(new ChromeDriver(service(driver), options(chromium, profile)), profile);
        } catch (SessionNotCreatedException e) {
            if (isRequired()) {
                throw e;
            }
            String reason = chromium + " does not start by " + driver + ": " + e.getRawMessage();
            System.out.println("SKIPPED the browser test of the Race Lab: " + reason);
            return abort(reason);
        }
    }

    private static boolean isRequired() {
        return "required".equals(System.getenv("RACE_LAB_BROWSER"));
    }

    private static Optional<Path> chromium() {
        return installed("chromium", "chromium-browser", "google-chrome");
    }

    private static Optional<Path> driver() {
        return installed("chromedriver");
    }

    private static Optional<Path> installed(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(System.getProperty("path.separator")))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static ChromeDriverService service(Path driver) {
        return new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.toFile())
                .usingAnyFreePort()
                .build();
    }

    private static ChromeOptions options(Path chromium, Path profile) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
                "--window-size=1280,1000",
                "--user-data-dir=" + profile);
        return options;
    }

    @Override
    public void close() {
        driver.quit();
        FileSystemUtils.deleteRecursively(profile.toFile());
    }

    void open(String address) {
        driver.get("about:blank");
        driver.get(address);
    }

    void reload() {
        driver.navigate().refresh();
    }

    void resize(int width) {
        driver.manage().window().setSize(new Dimension(width, 900));
    }

    /** The visible ones. */
    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream()
                .filter(WebElement::isDisplayed)
                .toList();
    }

    WebElement one(String selector) {
        return await(selector, found -> found.size() == 1).get(0);
    }

    String text(String selector) {
        return one(selector).getText();
    }

    List<WebElement> await(String selector, Predicate<List<WebElement>> isThere) {
        return Awaitility.await(selector)
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(StaleElementReferenceException.class)
                .until(() -> all(selector), isThere);
    }

    void awaitText(String selector, String part) {
        await(
                selector,
                found -> found.stream().anyMatch(element -> element.getText().contains(part)));
    }

    Object script(String code) {
        return driver.executeScript(code);
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Goes on with the tabulator until the focus is there, and expects to see it. */
    void tabTo(String selector) {
        String isFocused = "return document.activeElement.matches(arguments[0])";
        for (int tabs = 0; tabs < TABS_AT_MOST; tabs++) {
            press(Keys.TAB);
            if (Boolean.TRUE.equals(driver.executeScript(isFocused, selector))) {
                assertThat(focused().getCssValue("outline-style"))
                        .describedAs("outline of " + selector)
                        .isNotEqualTo("none");
                return;
            }
        }
        throw new AssertionError("The tabulator does not lead to " + selector);
    }

    void replaceBy(String value) {
        new Actions(driver)
                .keyDown(Keys.CONTROL)
                .sendKeys("a")
                .keyUp(Keys.CONTROL)
                .sendKeys(value)
                .perform();
    }

    /** Errors on the console since they were last asked for. */
    List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Addresses that were asked of the network since this was last called. */
    List<String> requests() {
        return driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                .map(entry -> JsonMapper.shared().readTree(entry.getMessage()).get("message"))
                .filter(event -> event.get("method").asString().equals("Network.requestWillBeSent"))
                .map(event -> address(event.get("params")))
                .filter(address -> OVER_THE_NETWORK.contains(address.substring(0, address.indexOf(':'))))
                .toList();
    }

    private static String address(JsonNode sent) {
        return sent.get("request").get("url").asString();
    }
}
