package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * A real HAProxy on 127.0.0.1 in front of several instances. It asks their readiness
 * twice a second, takes an instance out after two refusals, and passes each request on
 * once: nothing is retried on another instance.
 */
public final class HaProxy implements AutoCloseable {

	/**
	 * How long it takes at most until it has noticed that readiness refuses: two checks,
	 * half a second apart, and one that has just been answered.
	 */
	public static final Duration NOTICES_WITHIN = Duration.ofMillis(1500);

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final Process process;

	private final Path output;

	private final int port;

	private HaProxy(Process process, Path output, int port) {
		this.process = process;
		this.output = output;
		this.port = port;
	}

	/**
	 * Find the program.
	 * @return its path, or empty where it is not installed
	 */
	public static Optional<Path> program() {
		return Stream.of("/usr/sbin/haproxy", "/usr/bin/haproxy", "/usr/local/sbin/haproxy")
			.map(Path::of)
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * Start it, and wait until it passes requests on.
	 * @param folder where to write its configuration and output
	 * @param apps the instances
	 * @return the running proxy
	 */
	public static HaProxy start(Path folder, List<App> apps) {
		return start(folder, apps.stream().collect(Collectors.toMap(App::port, App::managementPort)));
	}

	/**
	 * Start it, and wait until it passes requests on.
	 * @param folder where to write its configuration and output
	 * @param ports the ports of the instances, some of which may not run yet, and the
	 * ports to ask for their readiness
	 * @return the running proxy
	 */
	public static HaProxy start(Path folder, Map<Integer, Integer> ports) {
		int port = Ports.free();
		Path configuration = folder.resolve("haproxy.cfg");
		Path output = folder.resolve("haproxy.log");
		try {
			Files.writeString(configuration, configuration(port, ports));
			Process process = new ProcessBuilder(program().orElseThrow().toString(), "-db", "-f",
					configuration.toString())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			HaProxy proxy = new HaProxy(process, output, port);
			try {
				await().atMost(TIMEOUT)
					.pollInterval(Duration.ofMillis(50))
					.ignoreExceptionsInstanceOf(IOException.class)
					.until(() -> Http.once(port, "GET", "/hello").status() == 200);
			}
			catch (RuntimeException ex) {
				System.out.println(proxy.output());
				proxy.close();
				throw ex;
			}
			return proxy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String configuration(int port, Map<Integer, Integer> ports) {
		StringBuilder configuration = new StringBuilder(String.format(Locale.ROOT, """
				global
					maxconn 2000
					log stdout format raw local0 notice
				defaults
					mode http
					log global
					timeout connect 5s
					timeout client 30s
					timeout server 30s
					retries 0
				frontend entry
					bind 127.0.0.1:%d
					default_backend instances
				backend instances
					balance roundrobin
					option httpchk GET /actuator/health/readiness
					http-check expect status 200
					default-server check inter 500ms fall 2 rise 2
				""", port));
		ports.forEach((instance, management) -> configuration.append(String.format(Locale.ROOT,
				"\tserver s%d 127.0.0.1:%d check port %d%n", instance, instance, management)));
		return configuration.toString();
	}

	public int port() {
		return this.port;
	}

	/**
	 * What it has said, as that an instance is up or down.
	 * @return its output
	 */
	public String output() {
		try {
			return Files.readString(this.output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
