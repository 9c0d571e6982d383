package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Container;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application in a PID namespace, started as the documentation's Dockerfile says, and
 * as PID 1 itself.
 */
@OnPlatforms(Choice.ONE)
class ContainerTests {

	private static final Path EXAMPLES = Path.of("../docs/examples").toAbsolutePath().normalize();

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final int SIGKILL = 9;

	private static final int SIGUSR2 = 12;

	private static final int SIGTERM = 15;

	private static final int TERMINATED = 128 + SIGTERM;

	/** Of the init, in KiB; a JVM has more than ten times that. */
	private static final long SMALL = 10 * 1024;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	ContainerTests(Platform platform) {
		this.platform = platform;
	}

	@BeforeEach
	void namespacesArePossible() {
		Assumptions.assumeTrue(Container.isPossible(), "PID namespaces need root and unshare(1)");
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "perl is not installed");
	}

	@Test
	void threeHandoffsUnderLoadAndThenTerm() throws Exception {
		App app = asInDockerfile().start().awaitServing();
		Container container = Container.of(app.pid());
		Load load = Load.on(app.port(), "/hello").untilAnnounced().start();
		for (int generation = 2; generation <= 4; generation++) {
			if (generation == 3) {
				assertThat(app.postHandoff().status()).isEqualTo(202);
			}
			else {
				this.sandbox.subreaper().signal(container.init(), SIGUSR2);
			}
			long successor = app.awaitSuccessorOf(app.servingPid());
			await().atMost(TIMEOUT).untilAsserted(() -> assertThat(container.processes()).containsOnlyKeys(successor));
			assertThat(app.status().path("generation").asInt()).isEqualTo(generation);
			await().atMost(TIMEOUT).untilAsserted(() -> assertThat(container.zombies()).isEmpty());
		}
		long rss = container.memory("Rss");
		long pss = container.memory("Pss");
		assertThat(rss).isLessThan(SMALL);
		try (Http slow = new Http(app.port(), TIMEOUT)) {
			slow.send(slow.head("GET", "/slow?seconds=2"));
			await().atMost(TIMEOUT).until(() -> app.get("/hello").status() == 200);
			this.sandbox.subreaper().signal(container.init(), SIGTERM);
			assertThat(slow.receive().status()).isEqualTo(200);
		}
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
		LoadReport report = load.stop();
		System.out.printf("CONTAINER %s handoffs=3, then TERM; init: rss=%d KiB pss=%d KiB %s%n", this.platform, rss,
				pss, report);
		assertThatNobodyNoticed(report);
		assertThat(report.byPid()).hasSize(4);
		assertThat(report.announcedCloses()).as("of the 16 kept connections").isEqualTo(16);
	}

	@Test
	void outlivesTheActiveProcessWhileAnotherCanServe() throws Exception {
		App app = asInDockerfile().property("hotswap.drain.standby", "1m").start().awaitServing();
		Container container = Container.of(app.pid());
		long first = app.servingPid();
		this.sandbox.subreaper().signal(container.init(), SIGUSR2);
		long successor = app.awaitSuccessorOf(first);
		app.awaitOutput("able to resume");
		this.sandbox.subreaper().signal(container.processes().get(successor), SIGKILL);
		assertThat(app.awaitSuccessorOf(successor)).isEqualTo(first);
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(container.zombies()).isEmpty());
		this.sandbox.subreaper().signal(container.init(), SIGTERM);
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
	}

	@Test
	void applicationThatIsPid1DoesNotHandOver() throws Exception {
		App app = this.sandbox.app(this.platform).inContainer().start().awaitServing();
		Container container = Container.of(app.pid());
		assertThat(app.servingPid()).isOne();
		Answer answer = app.postHandoff();
		assertThat(answer.status()).isEqualTo(202);
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("code").asString()).isEqualTo("refused");
		assertThat(handoff.path("message").asString()).contains("PID 1 of its container", "hotswap-init");
		assertThat(app.servingPid()).isOne();
		this.sandbox.subreaper().signal(container.init(), SIGTERM);
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
	}

	private App.Builder asInDockerfile() throws Exception {
		String dockerfile = Files.readString(EXAMPLES.resolve("Dockerfile"));
		App.Builder app = this.sandbox.app(this.platform)
			.property("server.tomcat.max-keep-alive-requests", -1)
			.environment("HOTSWAP_PIDFILE", this.sandbox.folder().resolve("app.pid").toString());
		Pattern.compile("(?m)^ENV (\\w+)=(\\S+)$")
			.matcher(dockerfile)
			.results()
			.forEach((variable) -> app.environment(variable.group(1), variable.group(2)));
		Matcher entryPoint = Pattern.compile("(?m)^ENTRYPOINT \\[(.*)]$").matcher(dockerfile);
		assertThat(entryPoint.find()).isTrue();
		List<String> words = Pattern.compile("\"([^\"]*)\"")
			.matcher(entryPoint.group(1))
			.results()
			.map((MatchResult word) -> word.group(1))
			.toList();
		assertThat(words).startsWith("/usr/local/bin/hotswap-init", "java", "-jar");
		return app.inContainer(EXAMPLES.resolve("hotswap-init").toString());
	}

}
