package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.hotswap.it.harness.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The alert rules of the documentation fire when they should, and only then.
 */
class AlertRulesTests {

	private static final Path RULES = Path.of("../docs/prometheus-alerts.yml").toAbsolutePath().normalize();

	private static final Path TESTS = Path.of("src/test/resources/prometheus-alerts-tests.yml");

	private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

	@Test
	void alertsFireWhenTheyShould(@TempDir Path folder) throws Exception {
		List<String> alerts = Files.readString(RULES)
			.lines()
			.filter((line) -> line.contains("- alert: "))
			.map((line) -> line.substring(line.indexOf(": ") + 2))
			.toList();
		String tests = Files.readString(TESTS);
		assertThat(alerts).isNotEmpty().allSatisfy((alert) -> assertThat(tests).contains("alertname: " + alert + "\n"));
		assumeTrue(Files.isExecutable(PROMTOOL), "Needs promtool, which comes with Prometheus");
		Path configured = Files.writeString(folder.resolve("tests.yml"), tests.replace("RULES", RULES.toString()));
		Tool promtool = Tool.run(folder, Map.of(), PROMTOOL.toString(), "test", "rules", configured.toString());
		assertThat(promtool.status()).as(promtool.output()).isZero();
	}

}
