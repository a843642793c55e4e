package io.github.moe4j.cli.page;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A page in a tab of a headless Chromium of this machine, which all tests of a JVM share since to start it takes longer than
 * most of them. Without Chromium or its driver the test that asks is
 * skipped, or fails if the environment variable {@code MOE4J_BROWSER} is {@code required}.
 */
public final class Browser implements AutoCloseable {

  /** It warns of every browser that is newer than it; what is used here needs no particular one. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private static @Nullable ChromeDriver shared;

  private final ChromeDriver driver;
  private final String before;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
    this.before = driver.getWindowHandle();
    driver.switchTo().newWindow(WindowType.TAB);
    complaints(); // of tests before
  }

  /**
   * Opens a page.
   *
   * @param page its file
   * @param width of the window in CSS pixels
   * @param height of the window
   * @param dark whether the reader prefers dark colours
   */
  public static Browser open(Path page, int width, int height, boolean dark) throws IOException {
    return open(page.toUri(), width, height, dark);
  }

  /**
   * Opens a page.
   *
   * @param page its address
   * @param width of the window in CSS pixels
   * @param height of the window
   * @param dark whether the reader prefers dark colours
   */
  public static Browser open(URI page, int width, int height, boolean dark) throws IOException {
    Browser browser = new Browser(chromium());
    browser.size(width, height);
    browser.scheme(dark);
    browser.go(page);
    return browser;
  }

  /** Opens another page in this tab. */
  public void go(URI page) {
    driver.get(page.toString());
    // In a new tab the driver sometimes comes back before it has left the empty page.
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!eval("location.href !== 'about:blank' && document.readyState === 'complete'")
        .equals("true")) {
      if (System.nanoTime() > end) {
        fail(page + " was not loaded within half a minute");
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static synchronized ChromeDriver chromium() throws IOException {
    ChromeDriver driver = shared;
    if (driver == null) {
      SELENIUM.setLevel(Level.SEVERE);
      Path chromium = program("chromium", "chromium-browser", "google-chrome");
      Path chromedriver = program("chromedriver");
      Path profile = Files.createTempDirectory("moe4j-browser");
      ChromeDriverService service = new ChromeDriverService.Builder()
          .usingDriverExecutable(chromedriver.toFile())
          .usingAnyFreePort()
          .withSilent(true)
          .build();
      driver = new ChromeDriver(service, options(chromium, profile));
      shared = driver;
      Runtime.getRuntime().addShutdownHook(new Thread(() -> quit(profile)));
    }
    return driver;
  }

  private static ChromeOptions options(Path chromium, Path profile) {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    return options;
  }

  /** The first of these names that is a program in the PATH. */
  private static Path program(String... names) {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    Optional<Path> found = Arrays.stream(names)
        .flatMap(name ->
            Arrays.stream(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
    if (found.isPresent()) {
      return found.get();
    }
    String missing = "no " + String.join(", ", names) + " in the PATH: the page cannot be opened";
    return "required".equals(System.getenv("MOE4J_BROWSER")) ? fail(missing) : abort(missing);
  }

  /** Gives the window another size; a phone's is 390 wide, which no desktop window can be. */
  public void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Prefers dark colours or light ones from now on. */
  public void scheme(boolean dark) {
    Map<String, String> scheme =
        Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  /** The first element that a CSS selector finds. */
  public WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** Chooses an option of a select element by what the reader sees. */
  public void select(String selector, String text) {
    find(selector).findElements(By.tagName("option")).stream()
        .filter(option -> option.getText().equals(text))
        .findFirst()
        .orElseThrow()
        .click();
  }

  /** The text of every element that a CSS selector finds, in the order of the page. */
  public List<String> texts(String selector) {
    return driver.findElements(By.cssSelector(selector)).stream()
        .map(WebElement::getText)
        .toList();
  }

  /** What an expression of JavaScript comes to, as text. */
  public String eval(String expression) {
    return String.valueOf(driver.executeScript("return String(" + expression + ")"));
  }

  /** Waits until an expression of JavaScript is true; an exception if it is not within half a minute. */
  public void await(String condition) {
    driver.executeAsyncScript("const done = arguments[0];" + "(function look() { if (" + condition
        + ") done(); else setTimeout(look, 20); })();");
  }

  /** What the console was told since the last call, at the level of a warning or above. */
  public List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(Object::toString)
        .toList();
  }

  private static void quit(Path profile) {
    Objects.requireNonNull(shared).quit();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      // in the folder of temporary files, which the system clears
    }
  }

  /** Closes the tab. */
  @Override
  public void close() {
    driver.close();
    driver.switchTo().window(before);
  }
}
