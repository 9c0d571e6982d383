package dev.hotswap.it;

import java.time.Duration;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Chromium;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The sample's page where the application refuses what the button asks for, or does not
 * answer.
 */
class SamplePageRefusalTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	@BeforeEach
	void needsChromium() {
		assumeTrue(Chromium.isInstalled(), Chromium.MISSING);
	}

	@Test
	void saysWhyNoHandoffStarts() {
		App app = this.sandbox.app(Platform.own())
			.jar(SampleJar.packaged())
			.property("management.endpoint.hotswap.access", "read-only")
			.start()
			.awaitServing();
		try (Chromium page = Chromium.start(this.sandbox)) {
			page.open(app.port(), "/");
			awaitRefusal(page, "management.endpoint.hotswap.access=unrestricted");
			page.script("""
					window.fetch = async () => new Response(
						'{"id": "a1", "stage": "START", "message": "Handoff a1 runs."}', { status: 409 })""");
			awaitRefusal(page, "Handoff a1 runs. Its stage is START.");
			page.script("window.fetch = async () => new Response('', { status: 403 })");
			awaitRefusal(page, "Not allowed (403)");
			page.script("window.fetch = async () => { throw new TypeError('Failed to fetch') }");
			awaitRefusal(page, "could not be reached (Failed to fetch)");
			await().atMost(TIMEOUT)
				.untilAsserted(() -> assertThat(page.text("#connection")).isEqualTo("No answer any more"));
			assertThat(page.text("#failed")).isNotEqualTo("0");
		}
	}

	private static void awaitRefusal(Chromium page, String text) {
		page.find("#hand-over").click();
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(page.text("#hand-over-result[data-kind=error]")).contains(text));
	}

}
