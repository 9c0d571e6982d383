package dev.hotswap.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Ten thousand idle kept connections move to the successor and live on there.
 */
@OnPlatforms(OnPlatforms.Choice.TWO)
class IdleConnectionsTests {

	private static final int CONNECTIONS = 10_000;

	/** What a process needs beside the connections. */
	private static final int SPARE_DESCRIPTORS = 2_000;

	private static final byte[] REQUEST = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private final List<Socket> clients = new ArrayList<>();

	IdleConnectionsTests(Platform platform) {
		this.platform = platform;
	}

	@AfterEach
	void close() throws IOException {
		for (Socket client : this.clients) {
			client.close();
		}
	}

	@Test
	void tenThousandMoveAndAnswerAfterwards() throws Exception {
		long limit = descriptorLimit();
		Assumptions.assumeTrue(limit >= CONNECTIONS + SPARE_DESCRIPTORS,
				() -> "the descriptor limit is " + limit + " and cannot be raised");
		App app = this.sandbox.app(this.platform)
			.jvmOption("-Xmx1g")
			.property("server.tomcat.max-connections", 2 * CONNECTIONS)
			.property("server.tomcat.accept-count", 1000)
			.property("server.tomcat.keep-alive-timeout", "10m")
			.property("server.tomcat.max-keep-alive-requests", -1)
			.start()
			.awaitServing();
		long memoryBefore = residentKilobytes(app.pid());
		for (int i = 0; i < CONNECTIONS; i++) {
			Socket client = new Socket(InetAddress.getLoopbackAddress(), app.port());
			this.clients.add(client);
			client.setSoTimeout(20_000);
			assertThat(answerOf(client)).startsWith("HTTP/1.1 200");
		}
		long memoryPerConnection = (residentKilobytes(app.pid()) - memoryBefore) * 1024 / CONNECTIONS;
		assertThat(app.handOver().exitStatus()).hasValue(0);
		long successor = app.servingPid();
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("connections").path("transferred").asInt()).isGreaterThanOrEqualTo(CONNECTIONS);
		assertThat(handoff.path("connections").path("cut").asInt()).isZero();
		long withConnections = descriptors(successor);
		for (Socket client : this.clients) {
			assertThat(answerOf(client)).startsWith("HTTP/1.1 200").contains("\"pid\":" + successor);
		}
		close();
		await().atMost(Duration.ofSeconds(30)).until(() -> descriptors(successor) <= withConnections - CONNECTIONS);
		System.out.printf(
				"TRANSFER %s idle=%d transferred=%d drain=%dms descriptors-with=%d after=%d memory-per-connection=%dB%n",
				this.platform, CONNECTIONS, handoff.path("connections").path("transferred").asInt(),
				handoff.path("stageMillis").path("DRAIN").asInt(), withConnections, descriptors(successor),
				memoryPerConnection);
	}

	private static String answerOf(Socket client) throws IOException {
		client.getOutputStream().write(REQUEST);
		InputStream input = client.getInputStream();
		byte[] buffer = new byte[2048];
		StringBuilder answer = new StringBuilder();
		// The fixture's answers to this request are a head and one line of JSON
		while (!answer.toString().contains("}")) {
			int read = input.read(buffer);
			if (read < 0) {
				return "closed after: " + answer;
			}
			answer.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
		}
		return answer.toString();
	}

	private static long descriptors(long pid) throws IOException {
		try (Stream<Path> numbers = Files.list(Path.of("/proc/" + pid + "/fd"))) {
			return numbers.count();
		}
	}

	private static long residentKilobytes(long pid) throws IOException {
		return Files.readAllLines(Path.of("/proc/" + pid + "/status"))
			.stream()
			.filter((line) -> line.startsWith("VmRSS:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")))
			.findFirst()
			.orElseThrow();
	}

	/** The JDK raises its soft limit to the hard one by itself. */
	private static long descriptorLimit() throws IOException {
		return Files.readAllLines(Path.of("/proc/self/limits"))
			.stream()
			.filter((line) -> line.startsWith("Max open files"))
			.map((line) -> line.split("\\s+")[4])
			.mapToLong((hard) -> hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard))
			.findFirst()
			.orElseThrow();
	}

}
