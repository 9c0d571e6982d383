package dev.hotswap.handoff;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.hotswap.DrainParticipant;
import dev.hotswap.process.GentleStart;
import dev.hotswap.process.LaunchedProcess;
import dev.hotswap.process.ProcessId;
import dev.hotswap.web.HandoffConnectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link HandoffWorld}.
 */
class HandoffWorldTests {

	@Test
	void releaseIsChosenOnlyAfterTheLastOneHasBeenProven(@TempDir Path folder) {
		List<String> order = new CopyOnWriteArrayList<>();
		HandoffWorld world = new HandoffWorld(TestRecords.settings(folder.resolve("x.sock"), false),
				new HandoffConnectors(false), (request) -> {
					throw new IllegalStateException("nothing is launched here");
				}, new SlowDeployment(order), GentleStart.none(), (status, application) -> {
				}, (event) -> order.add(event.getClass().getSimpleName()));
		try {
			world.perform(new Action.Proven());
			world.perform(new Action.Verify("h1", null));
			await().atMost(Duration.ofSeconds(10)).until(() -> order.contains("Verified"));
			assertThat(order).containsExactly("proving", "proven", "verify", "Verified");
		}
		finally {
			world.close();
		}
	}

	@Test
	void participantsAreCalledAsSoonAsTheSuccessorServesAndNotWhenTheRampIsOver(@TempDir Path folder) {
		List<String> calls = new CopyOnWriteArrayList<>();
		TestApplication application = new TestApplication(Map::of);
		application.participants.put("bean", new DrainParticipant() {

			@Override
			public void drain(Instant deadline) {
				calls.add("drain");
			}

			@Override
			public void resume() {
				calls.add("resume");
			}

		});
		List<Event> events = new CopyOnWriteArrayList<>();
		HandoffWorld world = new HandoffWorld(TestRecords.settings(folder.resolve("x.sock"), false),
				new HandoffConnectors(false), (request) -> {
					throw new IllegalStateException("nothing is launched here");
				}, Deployment.NONE, GentleStart.none(), (status, closed) -> {
				}, events::add);
		try {
			world.attach(application);
			world.perform(new Action.RampDown(Duration.ofMinutes(1)));
			await().atMost(Duration.ofSeconds(10)).until(() -> calls.equals(List.of("drain")));
			world.perform(new Action.Reopen(false));
			await().atMost(Duration.ofSeconds(10)).until(() -> calls.equals(List.of("drain", "resume")));
			world.perform(new Action.RampDown(Duration.ofMinutes(1)));
			await().atMost(Duration.ofSeconds(10)).until(() -> calls.equals(List.of("drain", "resume", "drain")));
			world.perform(new Action.Drain(HandoffMachine.NO_LINK));
			await().atMost(Duration.ofSeconds(10))
				.until(() -> events.stream().anyMatch(Event.DrainEnded.class::isInstance));
			assertThat(calls).containsExactly("drain", "resume", "drain");
		}
		finally {
			world.close();
		}
	}

	@Test
	void actionForWhichThereIsNoThreadIsAnswered(@TempDir Path folder) {
		List<Event> events = new CopyOnWriteArrayList<>();
		HandoffWorld world = new HandoffWorld(TestRecords.settings(folder.resolve("x.sock"), false),
				new HandoffConnectors(false), (request) -> {
					throw new OutOfMemoryError("unable to create native thread");
				}, Deployment.NONE, GentleStart.none(), (status, application) -> {
				}, events::add);
		try {
			world.perform(new Action.Launch("h1", null));
			await().atMost(Duration.ofSeconds(10)).until(() -> !events.isEmpty());
			assertThat(events).singleElement().isInstanceOf(Event.ActionFailed.class);
		}
		finally {
			world.close();
		}
	}

	@Test
	void exitOfALaunchedProcessIsReportedBeforeItsDeath(@TempDir Path folder) throws Exception {
		List<Event> events = new CopyOnWriteArrayList<>();
		Process process = new ProcessBuilder("true").start();
		ProcessId id = new ProcessId(process.pid(), 1);
		process.waitFor();
		CompletableFuture<Integer> exit = new CompletableFuture<>();
		HandoffWorld world = new HandoffWorld(TestRecords.settings(folder.resolve("x.sock"), false),
				new HandoffConnectors(false), (request) -> new LaunchedProcess() {

					@Override
					public ProcessId id() {
						return id;
					}

					@Override
					public CompletableFuture<Integer> onExit() {
						return exit;
					}

				}, Deployment.NONE, GentleStart.none(), (status, application) -> {
				}, events::add);
		try {
			world.perform(new Action.Launch("h1", null));
			await().atMost(Duration.ofSeconds(10)).until(() -> !events.isEmpty());
			world.perform(new Action.CheckPeer(id));
			exit.completeOnTimeout(137, 300, TimeUnit.MILLISECONDS);
			await().atMost(Duration.ofSeconds(10)).until(() -> events.size() == 3);
			assertThat(events).containsExactly(new Event.Launched(id), new Event.SuccessorExited(id, 137),
					new Event.PeerChecked(id, true, false));
		}
		finally {
			world.close();
		}
	}

	/**
	 * Gives whoever verifies at the same time the occasion.
	 */
	private static final class SlowDeployment implements Deployment {

		private final List<String> order;

		private final CountDownLatch verifying = new CountDownLatch(1);

		SlowDeployment(List<String> order) {
			this.order = order;
		}

		@Override
		public @Nullable String verify(@Nullable String release) {
			this.order.add("verify");
			this.verifying.countDown();
			return null;
		}

		@Override
		public void proven() {
			this.order.add("proving");
			try {
				this.verifying.await(300, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			this.order.add("proven");
		}

	}

}
