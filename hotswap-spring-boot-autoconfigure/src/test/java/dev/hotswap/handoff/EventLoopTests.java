package dev.hotswap.handoff;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.process.GentleStart;
import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link EventLoop}.
 */
class EventLoopTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final EventLoop loop = new EventLoop(new HandoffMachine("shop", 100, null,
			new HandoffLimits(Duration.ofMinutes(1), Duration.ZERO, Duration.ofMinutes(1), Duration.ZERO, 4),
			() -> "h1", System.nanoTime()));

	private HandoffWorld world;

	private Thread thread;

	@BeforeEach
	void start(@TempDir Path folder) {
		Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
		this.world = new HandoffWorld(TestRecords.settings(folder.resolve("x.sock"), false),
				new HandoffConnectors(true), (request) -> {
					throw new IllegalStateException("nothing is launched here");
				}, Deployment.NONE, GentleStart.none(), (status, application) -> {
				}, this.loop::post);
		this.loop.start(this.world);
		this.thread = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("hotswap-handoff") && !before.contains(thread))
			.findAny()
			.orElseThrow();
	}

	@AfterEach
	void stop() {
		this.world.close();
		this.loop.stop();
		await().atMost(TIMEOUT).until(() -> !this.thread.isAlive());
	}

	@Test
	void sleepsUntilAnEventWhileNothingRuns() {
		this.loop.post(new Event.ApplicationReady());
		await().atMost(TIMEOUT).until(() -> this.thread.getState() == Thread.State.WAITING);
	}

	@Test
	void ticksWhileADeadlineRuns() {
		CountDownLatch asked = new CountDownLatch(1);
		this.world.attach(new TestApplication(() -> {
			try {
				asked.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			throw new IllegalStateException("no beans");
		}));
		this.loop.post(new Event.ApplicationReady());
		this.loop.post(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.now()));
		await().atMost(TIMEOUT).until(() -> this.loop.snapshot().stage() == Stage.PRECHECK);
		await().atMost(TIMEOUT).until(() -> this.thread.getState() == Thread.State.TIMED_WAITING);
		asked.countDown();
		await().atMost(TIMEOUT).until(() -> this.loop.snapshot().stage() == Stage.IDLE);
		await().atMost(TIMEOUT).until(() -> this.thread.getState() == Thread.State.WAITING);
		assertThat(this.world.history().records()).singleElement()
			.satisfies((handoff) -> assertThat(handoff.message()).contains("no beans"));
	}

	@Test
	void survivesAnActionThatFails() {
		this.loop.post(new Event.ApplicationReady());
		// Its workers are gone, so that no precheck can be run
		this.world.close();
		CompletableFuture<String> begun = ask(
				(request) -> new Event.Triggered(request, HandoffTrigger.SIGNAL, null, Instant.now()));
		assertThat(begun).succeedsWithin(TIMEOUT).isEqualTo("h1");
		await().atMost(TIMEOUT).until(() -> this.loop.snapshot().stage() == Stage.PRECHECK);
		assertThat(ask(Event.AbortRequested::new)).succeedsWithin(TIMEOUT).isEqualTo("h1");
		await().atMost(TIMEOUT).until(() -> this.loop.snapshot().running() == null);
		assertThat(this.loop.snapshot().role()).isEqualTo(Role.ACTIVE);
	}

	private CompletableFuture<String> ask(java.util.function.LongFunction<Event> question) {
		return this.world.requests().ask((request) -> this.loop.post(question.apply(request)));
	}

}
