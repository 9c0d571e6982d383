package dev.hotswap.it;

import java.nio.file.Path;
import java.time.Duration;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Chromium;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The sample's page in a real browser that stays open while the application hands over.
 */
@OnPlatforms(Choice.ONE)
class SamplePageTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	SamplePageTests(Platform platform) {
		this.platform = platform;
	}

	@BeforeEach
	void needsChromium() {
		assumeTrue(Chromium.isInstalled(), Chromium.MISSING);
	}

	@Test
	void measuresNoFailureAndNoGapThroughHandoff() throws Exception {
		Path jar = SampleJar.ofVersion(this.sandbox.folder().resolve("sample.jar"), "1", this.platform.server());
		App app = this.sandbox.app(this.platform)
			.jar(jar)
			// As the sample has it, which the sandbox leaves out for others
			.property("hotswap.warm-up.duration", "10s")
			.start()
			.awaitServing();
		try (Chromium page = Chromium.start(this.sandbox)) {
			page.open(app.port(), "/");
			awaitAnswers(page, 30);
			assertThat(page.text("#pid")).isEqualTo(String.valueOf(app.pid()));
			assertThat(page.text("#generation")).isEqualTo("1");
			assertThat(page.text("#role")).isEqualTo("ACTIVE");
			page.find("#hand-over").sendKeys(Keys.ENTER);
			await().atMost(TIMEOUT).until(() -> !page.findAll("#stages [aria-current=step]").isEmpty());
			App.HandedOver handedOver = app.awaitHandoverFrom(app.pid());
			JsonNode handoff = app.awaitHistory(1);
			String successor = String.valueOf(handedOver.successor());
			await().atMost(TIMEOUT).untilAsserted(() -> assertThat(page.text("#handoff-state")).isEqualTo("Succeeded"));
			awaitAnswers(page, number(page.text("#answers")) + 45);
			System.out.printf("PAGE %s answers=%s slowest=%s pause=%s connects=%s %s%n", this.platform,
					page.text("#answers"), page.text("#slowest"), page.text("#pause"), page.text("#connects"),
					handoff.path("connections"));
			assertThat(page.text("#pid")).isEqualTo(successor);
			assertThat(page.text("#generation")).isEqualTo("2");
			assertThat(page.text("#failed")).isEqualTo("0");
			assertThat(page.find("#chart").getAttribute("aria-label"))
				.contains("failed requests: 0, changes of the process that answers: 1.");
			assertThat(number(page.text("#pause"))).as("longest pause in ms").isBetween(1, 4000);
			assertThat(page.findAll("#events [data-kind=takeover]")).singleElement()
				.satisfies(
						(event) -> assertThat(event.getText()).contains(successor).contains(String.valueOf(app.pid())));
			assertThat(page.text("#history")).contains(successor).contains("Succeeded");
			await().atMost(TIMEOUT)
				.untilAsserted(() -> assertThat(page.findAll("#connections dt")).extracting(WebElement::getText)
					.containsExactly("New", "Active", "Idle"));
			assertThat(page.findAll("#connections dd")).extracting((count) -> number(count.getText()))
				.as("this page's own connections")
				.anySatisfy((count) -> assertThat(count).isPositive());
			page.script("document.activeElement.blur()");
			page.screenshot(Path.of("target", "sample-page-%s.png".formatted(this.platform.server())));
			// A browser repeats by itself what it asked on a connection that was closed
			assertThat(handoff.path("connections").path("transferred").asInt()).isPositive();
			assertThat(handoff.path("connections").path("cut").asInt()).isZero();
		}
	}

	private static void awaitAnswers(Chromium page, int count) {
		await().atMost(TIMEOUT).until(() -> number(page.text("#answers")) >= count);
	}

	private static int number(String text) {
		return Integer.parseInt(text.replaceAll("\\..*|\\D", ""));
	}

}
