package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;

import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus on 127.0.0.1 that scrapes an application twice a second and evaluates
 * the alert rules of the documentation.
 */
public final class Prometheus implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final Process process;

	private final int port;

	private Prometheus(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Find the program.
	 * @return its path, or empty where it is not installed
	 */
	public static Optional<Path> program() {
		return Stream.of("/usr/bin/prometheus", "/usr/local/bin/prometheus")
			.map(Path::of)
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * Start it, and wait until it has scraped once.
	 * @param folder where to write its configuration, data and output
	 * @param app what to scrape
	 * @param rules the file with alert rules
	 * @return the running Prometheus
	 */
	public static Prometheus start(Path folder, App app, Path rules) {
		int port = Ports.free();
		Path configuration = folder.resolve("prometheus.yml");
		try {
			Files.writeString(configuration, """
					global:
					  scrape_interval: 500ms
					  scrape_timeout: 500ms
					  evaluation_interval: 1s
					rule_files: ["%s"]
					scrape_configs:
					  - job_name: app
					    metrics_path: /actuator/prometheus
					    static_configs:
					      - targets: ["127.0.0.1:%d"]
					""".formatted(rules.toAbsolutePath(), app.managementPort()));
			Process process = new ProcessBuilder(program().orElseThrow().toString(), "--config.file=" + configuration,
					"--storage.tsdb.path=" + folder.resolve("prometheus"), "--web.listen-address=127.0.0.1:" + port)
				.redirectErrorStream(true)
				.redirectOutput(folder.resolve("prometheus.log").toFile())
				.start();
			Prometheus prometheus = new Prometheus(process, port);
			try {
				await().atMost(TIMEOUT)
					.pollInterval(Duration.ofMillis(50))
					.ignoreExceptionsInstanceOf(IOException.class)
					.until(() -> !prometheus.query("hotswap_generation").isEmpty());
			}
			catch (RuntimeException ex) {
				System.out.println(Files.readString(folder.resolve("prometheus.log")));
				prometheus.close();
				throw ex;
			}
			return prometheus;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Evaluate a query now.
	 * @param query in PromQL
	 * @return the result: a vector's elements
	 * @throws IOException if there is no answer
	 */
	public JsonNode query(String query) throws IOException {
		JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
		if (!answer.path("status").asString().equals("success")) {
			throw new IllegalArgumentException(query + ": " + answer);
		}
		return answer.at("/data/result");
	}

	/**
	 * The alert rules and what they say.
	 * @return the rules of all groups
	 * @throws IOException if there is no answer
	 */
	public JsonNode rules() throws IOException {
		return get("/api/v1/rules").at("/data/groups/0/rules");
	}

	private JsonNode get(String path) throws IOException {
		Answer answer = Http.once(this.port, "GET", path);
		if (answer.status() == 503) {
			throw new IOException("Prometheus is not ready");
		}
		return answer.json();
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.process.destroyForcibly();
		}
	}

}
