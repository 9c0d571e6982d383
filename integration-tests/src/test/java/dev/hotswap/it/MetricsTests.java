package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Page;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Prometheus;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Scrape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * After five handoffs of the sample, one of them failed, a scrape shows them all with
 * every meter and tag of the documentation, and its dashboard and alerts find what they
 * ask for. Where Prometheus is installed, it watches, misses no scrape, and answers the
 * dashboard's queries.
 */
@OnPlatforms(Choice.ONE)
class MetricsTests {

	private static final Path DASHBOARD = Path.of("../docs/grafana-dashboard.json");

	private static final Path ALERTS = Path.of("../docs/prometheus-alerts.yml");

	private static final Path PAGE = Path.of("../docs/observability.md");

	/**
	 * A row of the page's table: the meter, its type, its tags.
	 */
	private static final Pattern METER = Pattern
		.compile("(?m)^\\| `(hotswap\\.[a-z.]+)` \\| (gauge|timer|counter) \\| ([^|]*)\\|");

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	/**
	 * Longer than the end of a handoff and what the test asks then, on a busy machine.
	 */
	private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);

	private static final List<String> SUCCEEDED_STAGES = List.of("PRECHECK", "VERIFY", "LAUNCH", "START", "WARM_UP",
			"HEALTH_CHECK", "CUTOVER", "DRAIN");

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	MetricsTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void scrapeAfterFiveHandoffsShowsThemAll() throws Exception {
		Path settings = this.sandbox.folder().resolve("settings.properties");
		App app = this.sandbox.app(this.platform)
			.jar(SampleJar.ofVersion(this.sandbox.folder().resolve("sample.jar"), "1", this.platform.server()))
			.property("spring.config.additional-location", "optional:file:" + settings)
			.property("logging.pattern.correlation", correlation())
			.start()
			.awaitServing();
		long begun = System.nanoTime();
		try (Prometheus prometheus = Prometheus.program().isPresent()
				? Prometheus.start(this.sandbox.folder(), app, ALERTS) : null; Kept kept = new Kept(app.port(), 3)) {
			app.handOver();
			kept.use();
			assertThat(app.postHandoff().status()).isEqualTo(202);
			app.awaitHistory(2);
			awaitSucceeded(app, 2);
			kept.use();
			Files.writeString(settings, "sample.version=${a.setting.that.is.missing}");
			app.signalHandoff(app.servingPid());
			app.awaitHistory(3);
			Files.writeString(settings, "");
			app.handOver();
			kept.use();
			// For the last generation only: the others' clients are silent for a handoff
			Files.writeString(settings, "hotswap.connections.idle-timeout=" + IDLE_TIMEOUT.toSeconds() + "s");
			app.handOver();
			kept.use();
			Scrape scrape = awaitSucceeded(app, 4);
			assertThatBothSidesLogTheId(app);
			assertHandoffs(scrape);
			assertConnections(scrape, prometheus == null);
			assertThat(meters()).hasSize(9).allSatisfy((meter) -> assertThat(scrape.missing(meter)).isEmpty());
			assertThat(queries()).hasSizeGreaterThan(12)
				.allSatisfy((query) -> assertThat(scrape.missing(query)).isEmpty());
			assertThat(alerts()).hasSize(5).allSatisfy((query) -> assertThat(scrape.missing(query)).isEmpty());
			System.out.printf("METRICS %s handoffs=5 seconds=%.1f prometheus=%s%n", this.platform,
					(System.nanoTime() - begun) / 1e9, prometheus != null);
			if (prometheus != null) {
				assertThatPrometheusHasSeenAll(prometheus);
			}
			await().atMost(IDLE_TIMEOUT.plus(TIMEOUT)).until(() -> evicted(scrape(app)) == 3);
		}
	}

	private static Scrape scrape(App app) throws IOException {
		return new Scrape(Http.once(app.managementPort(), "GET", "/actuator/prometheus").body());
	}

	/** A handoff counts when its predecessor cannot serve again. */
	private static Scrape awaitSucceeded(App app, int count) {
		return await().atMost(TIMEOUT)
			.until(() -> scrape(app),
					(scrape) -> scrape.sum("hotswap_handoffs_total", Map.of("result", "SUCCEEDED")) == count);
	}

	private static void assertHandoffs(Scrape scrape) {
		assertThat(scrape.sum("hotswap_generation", Map.of())).isEqualTo(5);
		assertThat(scrape.sum("hotswap_stage", Map.of())).isOne();
		assertThat(scrape.sum("hotswap_stage", Map.of("stage", "IDLE"))).isOne();
		assertThat(handoffs(scrape, "SIGNAL", "SUCCEEDED")).isEqualTo(3);
		assertThat(handoffs(scrape, "ENDPOINT", "SUCCEEDED")).isOne();
		assertThat(handoffs(scrape, "SIGNAL", "FAILED")).isOne();
		assertThat(scrape.sum("hotswap_handoffs_total", Map.of())).isEqualTo(5);
		assertThat(scrape.sum("hotswap_errors_total", Map.of("stage", "START", "code", "successor-exited"))).isOne();
		assertThat(scrape.sum("hotswap_errors_total", Map.of())).isOne();
		for (String stage : SUCCEEDED_STAGES) {
			Map<String, String> labels = Map.of("stage", stage, "result", "SUCCEEDED");
			assertThat(scrape.sum("hotswap_stage_duration_seconds_count", labels)).as(stage).isEqualTo(4);
			assertThat(scrape.sum("hotswap_stage_duration_seconds_sum", labels)).as(stage).isBetween(0.0, 60.0);
		}
		assertThat(scrape.sum("hotswap_stage_duration_seconds_sum", Map.of("stage", "START", "result", "SUCCEEDED")))
			.isGreaterThan(1);
		assertThat(scrape.sum("hotswap_stage_duration_seconds_count", Map.of("stage", "START", "result", "FAILED")))
			.isOne();
		assertThat(scrape.sum("hotswap_stage_duration_seconds_count", Map.of("stage", "CUTOVER", "result", "FAILED")))
			.isZero();
		assertThat(scrape.sum("hotswap_drain_duration_seconds_count", Map.of())).isEqualTo(4);
		assertThat(scrape.sum("hotswap_drain_duration_seconds_sum", Map.of())).isBetween(0.001, 60.0);
	}

	private static double handoffs(Scrape scrape, String trigger, String result) {
		return scrape.sum("hotswap_handoffs_total", Map.of("trigger", trigger, "result", result));
	}

	/** Prometheus keeps its connection, too. */
	private static void assertConnections(Scrape scrape, boolean alone) {
		double moved = scrape.sum("hotswap_connections_transferred_total",
				Map.of("connector", "server", "direction", "IN"));
		assertThat(moved).isBetween(12.0, alone ? 12.0 : 20.0);
		assertThat(scrape.sum("hotswap_connections_transferred_total", Map.of("direction", "OUT"))).isZero();
		assertThat(evicted(scrape)).isZero();
		assertThat(scrape.sum("hotswap_connections", Map.of("connector", "server", "state", "IDLE")))
			.isGreaterThanOrEqualTo(3);
		assertThat(scrape.sum("hotswap_connections", Map.of("connector", "server", "state", "ACTIVE"))).as("the scrape")
			.isGreaterThanOrEqualTo(1);
		assertThat(scrape.sum("hotswap_connections", Map.of("connector", "server", "state", "NEW"))).isNotNegative();
	}

	private static double evicted(Scrape scrape) {
		return scrape.sum("hotswap_connections_evicted_total", Map.of());
	}

	private static void assertThatPrometheusHasSeenAll(Prometheus prometheus) throws IOException {
		// The last scrape may have been a moment before the last handoff counted
		await().atMost(TIMEOUT)
			.until(() -> value(prometheus, "sum(hotswap_handoffs_total{result=\"SUCCEEDED\"})") == 4);
		assertThat(value(prometheus, "min_over_time(up[5m])")).as("no scrape failed").isOne();
		assertThat(value(prometheus, "sum(resets(hotswap_handoffs_total[5m]))")).isZero();
		for (String query : queries()) {
			JsonNode result = prometheus.query(query);
			assertThat(result).as(query).isNotEmpty();
			assertThat(result).as(query)
				.allSatisfy((sample) -> assertThat(sample.at("/value/1").asString()).as(query + ": " + sample)
					.isNotEqualTo("NaN"));
		}
		assertThat(prometheus.rules()).hasSize(5)
			.allSatisfy((rule) -> assertThat(rule.path("health").asString()).as(rule.toString()).isEqualTo("ok"));
		await().atMost(TIMEOUT).until(() -> firing(prometheus).contains("HotswapHandoffFailed"));
		assertThat(firing(prometheus)).doesNotContain("HotswapHandoffUndone", "HotswapHandoffStuck",
				"HotswapDrainSlow");
	}

	private static double value(Prometheus prometheus, String query) throws IOException {
		return Double.parseDouble(prometheus.query(query).at("/0/value/1").asString("0"));
	}

	private static Set<String> firing(Prometheus prometheus) throws IOException {
		Set<String> firing = new TreeSet<>();
		prometheus.rules().forEach((rule) -> {
			if (rule.path("state").asString().equals("firing")) {
				firing.add(rule.path("name").asString());
			}
		});
		return firing;
	}

	/** The pattern of the documentation. */
	private static String correlation() throws IOException {
		Map<String, Map<String, Map<String, String>>> yaml = new Yaml()
			.load(Page.of("observability.md").blocks("yaml").get(0));
		return yaml.get("logging").get("pattern").get("correlation");
	}

	private static void assertThatBothSidesLogTheId(App app) {
		JsonNode handoff = app.status().at("/history/0");
		List<String> logged = app.output()
			.lines()
			.filter((line) -> line.contains("[" + handoff.path("id").asString() + "] "))
			.toList();
		for (String side : List.of("from", "to")) {
			String pid = " " + handoff.path(side).path("pid").asString() + " ";
			assertThat(logged).as(side).anyMatch((line) -> line.contains(pid));
		}
	}

	/**
	 * The documentation's, as queries: each meter by its name in Prometheus, with its
	 * tags.
	 */
	private static List<String> meters() throws IOException {
		return METER.matcher(Files.readString(PAGE)).results().map((row) -> {
			String suffix = switch (row.group(2)) {
				case "counter" -> "_total";
				case "timer" -> "_seconds_sum";
				default -> "";
			};
			return row.group(1).replace('.', '_') + suffix + "{"
					+ row.group(3).replace(" ", "").replaceAll("`([a-z]+)`", "$1=\"\"") + "}";
		}).toList();
	}

	/**
	 * The dashboard's, as Grafana fills them in: of its panels and of its annotations.
	 */
	private static List<String> queries() throws IOException {
		JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DASHBOARD));
		List<String> queries = new ArrayList<>(dashboard.at("/annotations/list").findValuesAsString("expr"));
		queries.addAll(dashboard.path("panels").findValuesAsString("expr"));
		return queries.stream()
			.map((query) -> query.replace("$instance", ".*")
				.replace("$__range", "5m")
				.replace("$__rate_interval", "1m"))
			.toList();
	}

	private static List<String> alerts() throws IOException {
		Map<String, List<Map<String, List<Map<String, String>>>>> alerts = new Yaml().load(Files.readString(ALERTS));
		return alerts.get("groups")
			.stream()
			.flatMap((group) -> group.get("rules").stream())
			.map((rule) -> rule.get("expr"))
			.toList();
	}

	/**
	 * Connections that clients keep.
	 */
	private static final class Kept implements AutoCloseable {

		private final List<Http> connections = new ArrayList<>();

		Kept(int port, int count) throws IOException {
			for (int i = 0; i < count; i++) {
				this.connections.add(new Http(port, TIMEOUT));
			}
			use();
		}

		void use() throws IOException {
			for (Http connection : this.connections) {
				assertThat(connection.get("/hello").status()).isEqualTo(200);
			}
		}

		@Override
		public void close() throws IOException {
			for (Http connection : this.connections) {
				connection.close();
			}
		}

	}

}
