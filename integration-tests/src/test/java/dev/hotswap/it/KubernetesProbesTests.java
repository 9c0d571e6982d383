package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application with the configuration of the documentation's manifests answers their
 * probes, and stops in time.
 */
@OnPlatforms(Choice.ONE)
class KubernetesProbesTests {

	private static final Path MANIFESTS = Path.of("../docs/examples/kubernetes.yaml");

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	KubernetesProbesTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void probesAreAnsweredAndTheStopFitsIntoTheGracePeriod() throws Exception {
		String manifests = Files.readString(MANIFESTS);
		Path configuration = Files.createDirectory(this.sandbox.folder().resolve("configuration"));
		Files.writeString(configuration.resolve("application.yml"), configuration(manifests));
		App app = this.sandbox.app(this.platform)
			.environment("SPRING_CONFIG_ADDITIONAL_LOCATION", configuration + "/")
			.start()
			.awaitServing();
		assertThat(app.status().path("application").asString()).isEqualTo("shop");
		List<String> probes = all("path: (/actuator/\\S+)", manifests);
		assertThat(probes).hasSize(3);
		for (String probe : probes) {
			assertThat(app.get(probe).status()).as(probe).isEqualTo(200);
		}
		long begun = System.nanoTime();
		app.terminate();
		assertThat(app.awaitExit()).isEqualTo(143);
		long grace = Long.parseLong(all("terminationGracePeriodSeconds: (\\d+)", manifests).get(0));
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(grace));
	}

	private static String configuration(String manifests) {
		Map<Object, Object> found = new HashMap<>();
		for (Object manifest : new Yaml().loadAll(manifests)) {
			if (manifest instanceof Map<?, ?> map && map.get("data") instanceof Map<?, ?> data) {
				found.putAll(data);
			}
		}
		assertThat(found).containsOnlyKeys("application.yml");
		return found.get("application.yml").toString();
	}

	private static List<String> all(String pattern, String text) {
		return Pattern.compile(pattern).matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
	}

}
