package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

import static org.awaitility.Awaitility.await;

/**
 * A real Chromium without a window, with a profile of its own, that reaches nothing but
 * 127.0.0.1.
 */
public final class Chromium implements AutoCloseable {

	/**
	 * Why a test is skipped where {@link #isInstalled()} is {@code false}.
	 */
	public static final String MISSING = "Chromium and its driver are not installed; as root on Debian, .ci/install-test-tools installs them";

	private static final Path BROWSER = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private static final String VARIABLE = "HOTSWAP_BROWSER";

	private static final Duration END = Duration.ofSeconds(10);

	private final Sandbox sandbox;

	private final Path folder;

	private final ChromeDriver driver;

	private Chromium(Sandbox sandbox, Path folder) {
		this.sandbox = sandbox;
		this.folder = folder;
		this.driver = new ChromeDriver(service(folder), options(folder));
	}

	public static boolean isInstalled() {
		return Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER);
	}

	/**
	 * Start the browser.
	 * @param sandbox whose folder has the profile
	 * @return the browser, which the test closes
	 */
	public static Chromium start(Sandbox sandbox) {
		try {
			return new Chromium(sandbox, Files.createDirectory(sandbox.folder().resolve("browser")));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static ChromeDriverService service(Path folder) {
		// What is written outside of the profile would be left behind
		Map<String, String> environment = Map.of("HOME", folder.toString(), "TMPDIR", folder.toString(), VARIABLE,
				folder.toString());
		return new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile())
			.usingAnyFreePort()
			.withEnvironment(environment)
			.withLogFile(folder.resolve("driver.log").toFile())
			.build();
	}

	private static ChromeOptions options(Path folder) {
		List<String> arguments = new ArrayList<>(List.of("--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
				"--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
				"--user-data-dir=" + folder.resolve("profile"), "--window-size=1240,1560", "--hide-scrollbars"));
		if ("root".equals(System.getProperty("user.name"))) {
			// Chromium's own sandbox refuses to run as root
			arguments.add("--no-sandbox");
		}
		return new ChromeOptions().setBinary(BROWSER.toFile()).addArguments(arguments);
	}

	/**
	 * Load a page.
	 * @param port the port on 127.0.0.1
	 * @param path the path
	 */
	public void open(int port, String path) {
		this.driver.get("http://127.0.0.1:%d%s".formatted(port, path));
	}

	public WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	public List<WebElement> findAll(String selector) {
		return this.driver.findElements(By.cssSelector(selector));
	}

	public String text(String selector) {
		return find(selector).getText();
	}

	public void script(String javaScript) {
		this.driver.executeScript(javaScript);
	}

	/**
	 * Take a picture of what the window would show.
	 * @param target where to put the PNG
	 * @throws IOException if it cannot be written
	 */
	public void screenshot(Path target) throws IOException {
		Files.write(target, this.driver.getScreenshotAs(OutputType.BYTES));
	}

	/**
	 * End the browser with all its processes.
	 */
	@Override
	public void close() {
		this.driver.quit();
		try {
			await().atMost(END).until(() -> processes().isEmpty());
		}
		finally {
			processes().forEach((left) -> this.sandbox.subreaper().kill(left.pid()));
		}
	}

	private List<ProcessTable.Entry> processes() {
		return ProcessTable.withEnvironment(VARIABLE + "=" + this.folder);
	}

}
