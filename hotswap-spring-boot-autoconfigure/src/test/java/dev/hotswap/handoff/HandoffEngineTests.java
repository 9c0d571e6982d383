package dev.hotswap.handoff;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.FailureCode;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ControlPathInUseException;
import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.process.ProcessId;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link HandoffEngine}: two engines in one process that hand over to each
 * other, over a real control socket and with a real listener. What would end the process
 * is only noted; fencing is never reached, since it would kill the test.
 */
@Timeout(60)
class HandoffEngineTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final List<Integer> exits = new CopyOnWriteArrayList<>();

	private final List<HandoffEngine> engines = new ArrayList<>();

	private final List<TestListener> listeners = new ArrayList<>();

	private Duration announceDelay = Duration.ZERO;

	private Duration stopTimeout = Duration.ofMinutes(1);

	private Duration standby = Duration.ZERO;

	private Path socket;

	@BeforeEach
	void locate(@TempDir Path folder) {
		this.socket = folder.resolve("c").resolve("x.sock");
	}

	@AfterEach
	void stop() throws IOException {
		for (TestListener listener : this.listeners) {
			listener.census = new Census(0, 0, 0);
		}
		this.engines.forEach(HandoffEngine::stop);
		for (TestListener listener : this.listeners) {
			listener.close();
		}
	}

	@Test
	void takesOverAListenerWithoutClosingIt() throws Exception {
		Side predecessor = startFresh();
		predecessor.listener().census = new Census(0, 1, 0);
		Side successor = takeOver(predecessor);
		assertThat(successor.engine().role()).isEqualTo(Role.SUCCEEDING);
		assertThat(successor.listener().open).as("the gate stays closed").isFalse();
		assertThat(predecessor.listener().open).as("the predecessor accepts").isTrue();

		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> successor.engine().role() == Role.ACTIVE);
		await().atMost(TIMEOUT).until(() -> predecessor.engine().role() == Role.DRAINING);
		assertThat(successor.listener().open).isTrue();
		await().atMost(TIMEOUT).until(() -> predecessor.listener().announced);
		assertThat(predecessor.listener().open).isFalse();

		HandoffStatus status = successor.engine().status();
		assertThat(status.generation()).isEqualTo(2);
		assertThat(status.draining()).singleElement().satisfies((older) -> {
			assertThat(older.pid()).isEqualTo(ProcessId.current().pid());
			assertThat(older.generation()).isOne();
		});
		assertThat(status.listeners()).containsExactly(
				new HandoffStatus.Listener("server", "127.0.0.1", predecessor.listener().address().getPort(), "http"));
		assertThat(this.exits).isEmpty();
	}

	@Test
	void drainedPredecessorTellsTheStoryAndExits() throws Exception {
		Side predecessor = startFresh();
		predecessor.listener().census = new Census(0, 2, 0);
		Side successor = takeOver(predecessor);
		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> predecessor.listener().announced);
		predecessor.listener().figures = new ConnectorFigures(0, 0, 2, 0, 0);
		predecessor.listener().census = new Census(0, 0, 0);

		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(this.exits).containsExactly(0));
		await().atMost(TIMEOUT).until(() -> successor.engine().status().draining().isEmpty());
		HandoffRecord story = successor.engine().status().history().get(0);
		assertThat(story.result()).isEqualTo(HandoffRecord.Result.SUCCEEDED);
		assertThat(story.trigger()).isEqualTo(HandoffTrigger.TAKEOVER);
		assertThat(story.connections()).isEqualTo(new HandoffRecord.Connections(0, 0, 2, 0));
		assertThat(story.stageMillis()).containsKeys(Stage.PRECHECK, Stage.START, Stage.HEALTH_CHECK, Stage.CUTOVER,
				Stage.DRAIN);
	}

	@Test
	void bothSidesPublishTheirStagesAndRolesInOrder() throws Exception {
		Side predecessor = startFresh();
		predecessor.listener().census = new Census(0, 1, 0);
		Side successor = takeOver(predecessor);
		successor.engine().applicationReady();
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(stages(predecessor)).containsExactly(Stage.PRECHECK, Stage.START,
					Stage.WARM_UP, Stage.HEALTH_CHECK, Stage.CUTOVER, Stage.DRAIN));
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(stages(successor)).containsExactly(Stage.START, Stage.WARM_UP,
					Stage.HEALTH_CHECK, Stage.CUTOVER, Stage.IDLE));
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(roles(predecessor)).containsExactly(Role.DRAINING));
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(roles(successor)).containsExactly(Role.SUCCEEDING, Role.ACTIVE));
	}

	@Test
	void successorOwnsTheControlPathAndCanBeSucceeded() throws Exception {
		Side first = startFresh();
		first.listener().census = new Census(0, 1, 0);
		Side second = takeOver(first);
		second.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> second.engine().role() == Role.ACTIVE);
		second.listener().census = new Census(0, 1, 0);

		Side third = takeOver(second);
		third.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> third.engine().role() == Role.ACTIVE);
		assertThat(third.engine().status().generation()).isEqualTo(3);
		assertThat(third.engine().status().history()).hasSize(2);
		assertThat(third.listener().open).isTrue();
		await().atMost(TIMEOUT).until(() -> !second.listener().open);
		ServerSocketChannel channel = third.channel();
		channel.configureBlocking(true);
		try (Socket client = new Socket("127.0.0.1", third.listener().address().getPort());
				Socket accepted = channel.socket().accept()) {
			assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
		}
	}

	@Test
	void takeoverOfNobodyStartsAsUsual() throws Exception {
		HandoffEngine engine = engine("shop", true);
		engine.begin();
		engine.applicationReady();
		await().atMost(TIMEOUT).until(() -> engine.status().handoff() == null && engine.role() == Role.ACTIVE);
		assertThat(engine.status().generation()).isEqualTo(1);
		HandoffEngine another = engine("shop", false);
		assertThatExceptionOfType(ControlPathInUseException.class).isThrownBy(another::begin);
	}

	@Test
	void anotherApplicationIsRefused() throws Exception {
		Side predecessor = startFresh();
		assertTakeoverFails(engine("bank", true), FailureCode.OTHER_APPLICATION, "\"shop\"", "\"bank\"");
		assertThat(predecessor.engine().role()).isEqualTo(Role.ACTIVE);
		assertThat(predecessor.engine().status().history()).isEmpty();
	}

	@Test
	void precheckRefusesBeforeAnythingIsOffered() throws Exception {
		Side predecessor = startFresh(Map.of("batch", () -> "The nightly batch runs."));
		assertTakeoverFails(engine("shop", true), FailureCode.REFUSED, "The nightly batch runs.");
		await().atMost(TIMEOUT).until(() -> predecessor.engine().status().handoff() == null);
		assertThat(predecessor.engine().role()).isEqualTo(Role.ACTIVE);
		assertThat(predecessor.engine().status().history()).singleElement()
			.satisfies((story) -> assertThat(story.stage()).isEqualTo(Stage.PRECHECK));
	}

	@Test
	void oneHandoffAtATime() throws Exception {
		Side predecessor = startFresh();
		takeOver(predecessor);
		HandoffStatus.Running running = predecessor.engine().status().handoff();
		assertThat(running).isNotNull();
		assertThat(running.stage()).isEqualTo(Stage.START);
		assertThatExceptionOfType(HandoffRefusedException.class)
			.isThrownBy(() -> predecessor.engine().start(HandoffTrigger.ENDPOINT))
			.satisfies((refused) -> {
				assertThat(refused.getRunningId()).isEqualTo(running.id());
				assertThat(refused.getStage()).isEqualTo(Stage.START);
			});
		assertTakeoverFails(engine("shop", true), FailureCode.BUSY, running.id());
	}

	@Test
	void abortEndsTheSuccessorAndThePredecessorServesOn() throws Exception {
		Side predecessor = startFresh();
		takeOver(predecessor);
		assertThat(predecessor.engine().abort()).isTrue();
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(this.exits).containsExactly(FailureCode.ABORTED.exitStatus()));
		await().atMost(TIMEOUT).until(() -> predecessor.engine().status().handoff() == null);
		assertThat(predecessor.engine().role()).isEqualTo(Role.ACTIVE);
		assertThat(predecessor.listener().open).isTrue();
		assertThat(predecessor.engine().status().history()).singleElement()
			.satisfies((story) -> assertThat(story.code()).isEqualTo(FailureCode.ABORTED));
		assertThat(predecessor.engine().abort()).isFalse();
	}

	@Test
	void successorThatFailsToStartTellsWhy() throws Exception {
		Side predecessor = startFresh();
		Side successor = takeOver(predecessor);
		successor.engine().applicationFailed(new IllegalStateException("no database"));
		await().atMost(TIMEOUT).until(() -> predecessor.engine().status().handoff() == null);
		assertThat(predecessor.engine().role()).isEqualTo(Role.ACTIVE);
		assertThat(predecessor.engine().status().history()).singleElement().satisfies((story) -> {
			assertThat(story.code()).isEqualTo(FailureCode.SUCCESSOR_EXITED);
			assertThat(story.stage()).isEqualTo(Stage.START);
			assertThat(story.message()).contains("no database");
		});
	}

	@Test
	void anotherSchemeOnTheAddressEndsTheSuccessor() throws Exception {
		Side predecessor = startFresh();
		HandoffEngine successor = engine("shop", true);
		successor.begin();
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> successor.claim("server",
				predecessor.listener().address(), "https", ChannelDescriptors::adoptServer));
		successor.applicationFailed(new IllegalStateException("the server did not start"));
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(predecessor.engine().status().history()).singleElement()
				.satisfies((story) -> assertThat(story.code()).isEqualTo(FailureCode.SCHEME_MISMATCH)));
		assertThat(this.exits).containsExactly(FailureCode.SCHEME_MISMATCH.exitStatus());
	}

	@Test
	void readinessThatThrowsFailsTheHandoffAtOnce() throws Exception {
		Side predecessor = startFresh();
		Side successor = takeOver(predecessor);
		successor.application().readiness = () -> {
			throw new IllegalStateException("indicator is broken");
		};
		successor.engine().applicationReady();
		await().atMost(TIMEOUT)
			.untilAsserted(
					() -> assertThat(predecessor.engine().status().history()).singleElement().satisfies((story) -> {
						assertThat(story.code()).isEqualTo(FailureCode.UNHEALTHY);
						assertThat(story.message()).contains("indicator is broken");
					}));
		assertThat(this.exits).containsExactly(FailureCode.UNHEALTHY.exitStatus());
	}

	@Test
	void successorWarmsUpWithWhatThePredecessorHasRecorded() throws Exception {
		RecordedRequest request = new RecordedRequest("server", "GET", "/orders/1", Map.of("Host", "shop"), 1);
		List<List<RecordedRequest>> seen = new CopyOnWriteArrayList<>();
		Side predecessor = startFresh();
		predecessor.engine().connectors().recorder().served(request, 200, null, System.nanoTime());
		Side successor = takeOver(predecessor);
		successor.application().warmUp = (recorded) -> {
			seen.add(recorded);
			assertThat(successor.listener().open).isFalse();
			throw new IllegalStateException("which is no reason to fail");
		};
		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> successor.engine().role() == Role.ACTIVE);
		assertThat(seen).containsExactly(List.of(request));
	}

	@Test
	void successorRehearsesWhileItWarmsUp() throws Exception {
		Side successor = takeOver(startFresh());
		List<Stage> stages = new CopyOnWriteArrayList<>();
		successor.application().rehearsal = () -> stages.add(successor.engine().status().handoff().stage());
		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> successor.engine().role() == Role.ACTIVE);
		assertThat(stages).containsExactly(Stage.WARM_UP);
	}

	@Test
	void processWithoutAPredecessorRehearsesOnceAndAHandoffWaitsForIt() throws Exception {
		HandoffEngine engine = engine("shop", false);
		engine.begin();
		Side process = side(engine, ServerSocketChannel.open()
			.bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0)), Map.of());
		AtomicInteger rehearsals = new AtomicInteger();
		CountDownLatch released = new CountDownLatch(1);
		process.application().rehearsal = () -> {
			rehearsals.incrementAndGet();
			try {
				released.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		};
		engine.applicationReady();
		engine.applicationReady();
		await().atMost(TIMEOUT).until(() -> rehearsals.get() == 1);
		engine.start(HandoffTrigger.SIGNAL, null);
		await().during(Duration.ofMillis(200))
			.atMost(TIMEOUT)
			.until(() -> engine.status().handoff().stage() == Stage.PRECHECK);
		released.countDown();
		await().atMost(TIMEOUT).until(() -> engine.status().handoff() == null);
		assertThat(rehearsals).hasValue(1);
	}

	@Test
	void successorThatGetsNoThreadsForItsWarmUpServesCold() throws Exception {
		Side predecessor = startFresh();
		Side successor = takeOver(predecessor);
		successor.application().warmUp = (recorded) -> {
			throw new OutOfMemoryError("unable to create native thread");
		};
		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> successor.engine().role() == Role.ACTIVE);
	}

	@Test
	void warmUpThatIsRequiredAndFailsFailsTheHandoff() throws Exception {
		Side predecessor = startFresh();
		Side successor = takeOver(predecessor);
		successor.application().warmUp = (recorded) -> "the bean 'cache' failed";
		successor.engine().applicationReady();
		await().atMost(TIMEOUT)
			.untilAsserted(
					() -> assertThat(predecessor.engine().status().history()).singleElement().satisfies((story) -> {
						assertThat(story.code()).isEqualTo(FailureCode.WARM_UP);
						assertThat(story.stage()).isEqualTo(Stage.WARM_UP);
						assertThat(story.message()).contains("the bean 'cache' failed");
					}));
		assertThat(this.exits).containsExactly(FailureCode.WARM_UP.exitStatus());
		assertThat(predecessor.engine().role()).isEqualTo(Role.ACTIVE);
	}

	@Test
	void launchThatFailsIsRememberedAndTheNextHandoffCanStart() throws Exception {
		Side predecessor = startFresh();
		for (int i = 1; i <= 2; i++) {
			int count = i;
			predecessor.engine().start(HandoffTrigger.ENDPOINT);
			await().atMost(TIMEOUT)
				.untilAsserted(() -> assertThat(predecessor.engine().status().history()).hasSize(count)
					.allSatisfy((story) -> assertThat(story.code()).isEqualTo(FailureCode.LAUNCH)));
			await().atMost(TIMEOUT).until(() -> predecessor.engine().status().handoff() == null);
		}
		assertThat(predecessor.engine().role()).isEqualTo(Role.ACTIVE);
	}

	@Test
	void handoffIsRefusedWhileTheApplicationStarts() throws Exception {
		HandoffEngine engine = engine("shop", false);
		engine.begin();
		assertThatExceptionOfType(HandoffRefusedException.class).isThrownBy(() -> engine.start(HandoffTrigger.COMMAND))
			.withMessageContaining("still starting")
			.satisfies((refused) -> assertThat(refused.getRunningId()).isNull());
	}

	@Test
	void stopClosesTheListenersAndWaitsForWhatWasAccepted() throws Exception {
		Side side = startFresh();
		side.listener().census = new Census(1, 2, 3);
		CompletableFuture<Boolean> stop = CompletableFuture.supplyAsync(side.engine()::stop);
		await().atMost(TIMEOUT).until(() -> side.listener().announced);
		assertThat(side.listener().listenerClosed).isTrue();
		assertThat(side.engine().role()).isEqualTo(Role.DRAINING);
		assertThat(side.engine().status().handoff()).isNull();
		await().atMost(TIMEOUT).until(() -> side.listener().endedUnused.contains(FinalDrain.UNUSED));
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(roles(side)).containsExactly(Role.DRAINING));
		assertThat(stop).isNotDone();
		side.listener().census = new Census(0, 0, 0);
		assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.exits).isEmpty();
	}

	@Test
	void stopLeavesTheListenersOpenForTheAnnounceDelay() throws Exception {
		this.announceDelay = Duration.ofMillis(700);
		Side side = startFresh();
		long start = System.nanoTime();
		CompletableFuture<Boolean> stop = CompletableFuture.supplyAsync(side.engine()::stop);
		await().atMost(TIMEOUT).until(() -> side.engine().role() == Role.DRAINING);
		assertThat(side.listener().listenerClosed).isFalse();
		assertThat(side.listener().open).isTrue();
		assertThat(side.listener().announced).isFalse();
		await().atMost(TIMEOUT).until(() -> side.listener().listenerClosed);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(this.announceDelay);
		assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void stopTellsWhenTheTimeWasNotEnough() throws Exception {
		this.stopTimeout = Duration.ofMillis(50);
		Side side = startFresh();
		side.listener().census = new Census(0, 1, 1);
		assertThat(side.engine().stop()).isFalse();
		assertThat(side.listener().idleEnded).isTrue();
	}

	@Test
	void stopWithoutATimeoutLeavesEverythingToTheApplication() throws Exception {
		this.stopTimeout = Duration.ZERO;
		Side side = startFresh();
		side.listener().census = new Census(0, 1, 1);
		side.engine().stop();
		assertThat(side.listener().listenerClosed).isFalse();
		assertThat(side.listener().announced).isFalse();
	}

	@Test
	void stopBeforeTheApplicationIsReadyWaitsForWhatItHasAccepted() throws Exception {
		HandoffEngine engine = engine("shop", false);
		engine.begin();
		Side side = side(engine, ServerSocketChannel.open()
			.bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0)), Map.of());
		side.listener().census = new Census(0, 1, 0);
		CompletableFuture<Boolean> stop = CompletableFuture.supplyAsync(engine::stop);
		await().atMost(TIMEOUT).until(() -> side.listener().listenerClosed);
		assertThat(stop).isNotDone();
		side.listener().census = new Census(0, 0, 0);
		assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void stopBeforeTheWebServerHasStartedWaitsForNothing() throws Exception {
		this.announceDelay = Duration.ofHours(1);
		HandoffEngine engine = engine("shop", false);
		engine.begin();
		assertThat(CompletableFuture.supplyAsync(engine::stop).get(20, TimeUnit.SECONDS)).isTrue();
		this.engines.remove(engine);
	}

	@Test
	void stopOfADrainingPredecessorWaitsForItsDrainOnly() throws Exception {
		this.announceDelay = Duration.ofHours(1);
		Side predecessor = startFresh();
		predecessor.listener().census = new Census(0, 1, 0);
		Side successor = takeOver(predecessor);
		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> predecessor.listener().announced);
		CompletableFuture<Boolean> stop = CompletableFuture.supplyAsync(predecessor.engine()::stop);
		predecessor.listener().census = new Census(0, 0, 0);
		assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
		assertThat(predecessor.listener().listenerClosed).as("the successor's listener, too").isFalse();
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(successor.engine().status().history()).singleElement()
				.satisfies((story) -> assertThat(story.connections()).isNotNull()));
		this.announceDelay = Duration.ZERO;
		this.engines.remove(successor.engine());
		successor.listener().census = new Census(0, 0, 0);
		assertThat(this.exits).isEmpty();
	}

	@Test
	void drainedPredecessorStandsByAndServesAgainWhenAnOperatorReverts() throws Exception {
		this.standby = Duration.ofMinutes(1);
		Side predecessor = startFresh();
		Side successor = takeOver(predecessor);
		successor.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> predecessor.engine().role() == Role.STANDBY);
		assertThat(this.exits).isEmpty();
		await().atMost(TIMEOUT)
			.until(() -> successor.engine()
				.status()
				.draining()
				.stream()
				.allMatch((older) -> older.role() == Role.STANDBY && older.deadline() != null));
		successor.listener().census = new Census(0, 1, 0);

		assertThat(successor.engine().abort()).isTrue();
		await().atMost(TIMEOUT).until(() -> predecessor.engine().role() == Role.ACTIVE);
		await().atMost(TIMEOUT).until(() -> successor.engine().role() == Role.DRAINING);
		assertThat(predecessor.listener().open).isTrue();
		await().atMost(TIMEOUT).until(() -> !successor.listener().open);
		HandoffStatus status = predecessor.engine().status();
		assertThat(status.generation()).isOne();
		assertThat(status.handoff()).isNull();
		assertThat(status.history()).singleElement().satisfies((story) -> {
			assertThat(story.result()).isEqualTo(HandoffRecord.Result.FAILED);
			assertThat(story.code()).isEqualTo(FailureCode.ABORTED);
			assertThat(story.stage()).isEqualTo(Stage.STANDBY);
		});
		assertThat(status.draining()).singleElement().satisfies((older) -> assertThat(older.generation()).isEqualTo(2));
		assertThat(this.exits).isEmpty();
		successor.listener().census = new Census(0, 0, 0);
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(this.exits).containsExactly(0));
		await().atMost(TIMEOUT).until(() -> predecessor.engine().status().draining().isEmpty());
		assertThat(roles(predecessor)).containsExactly(Role.DRAINING, Role.STANDBY, Role.ACTIVE);

		Side next = takeOver(predecessor);
		next.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> next.engine().role() == Role.ACTIVE);
	}

	@Test
	void olderGenerationsFindTheNewestOneAndItAnswersForAll() throws Exception {
		Side first = startFresh();
		first.listener().census = new Census(0, 1, 0);
		Side second = takeOver(first);
		second.engine().applicationReady();
		await().atMost(TIMEOUT).until(() -> second.engine().role() == Role.ACTIVE);
		second.listener().census = new Census(0, 2, 0);
		Side third = takeOver(second);
		third.engine().applicationReady();
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(third.engine().status().draining())
				.extracting(HandoffStatus.Draining::generation, HandoffStatus.Draining::held)
				.containsExactly(org.assertj.core.groups.Tuple.tuple(2, new HandoffStatus.Held(0, 2, 0)),
						org.assertj.core.groups.Tuple.tuple(1, new HandoffStatus.Held(0, 1, 0))));
		assertThat(second.engine().status().draining()).isEmpty();
		second.listener().census = new Census(0, 0, 0);
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(this.exits).hasSize(1));
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(third.engine().status().draining()).singleElement()
				.satisfies((older) -> assertThat(older.generation()).isOne()));
		first.listener().census = new Census(0, 0, 0);
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(third.engine().status().draining()).isEmpty());
		assertThat(third.engine().status().history()).hasSize(2)
			.allSatisfy((story) -> assertThat(story.connections()).isNotNull());
	}

	private Side startFresh() throws Exception {
		return startFresh(Map.of());
	}

	private Side startFresh(Map<String, HandoffPrecheck> prechecks) throws Exception {
		HandoffEngine engine = engine("shop", false);
		engine.begin();
		ServerSocketChannel channel = ServerSocketChannel.open()
			.bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0));
		Side side = side(engine, channel, prechecks);
		assertThat(side.listener().open).isTrue();
		engine.applicationReady();
		return side;
	}

	/** The successor up to the point at which its application is started. */
	private Side takeOver(Side predecessor) throws Exception {
		HandoffEngine engine = engine("shop", true);
		engine.begin();
		ServerSocketChannel channel = engine.claim("server", predecessor.listener().address(), "http",
				ChannelDescriptors::adoptServer);
		assertThat(channel).isNotNull();
		return side(engine, channel, Map.of());
	}

	private Side side(HandoffEngine engine, ServerSocketChannel channel, Map<String, HandoffPrecheck> prechecks) {
		TestListener listener = new TestListener("server", channel);
		this.listeners.add(listener);
		TestApplication application = new TestApplication(() -> prechecks);
		engine.attach(application);
		engine.applicationRefreshed();
		engine.connectors().register(listener);
		return new Side(engine, listener, channel, application);
	}

	private HandoffEngine engine(String application, boolean takeover) {
		HandoffSettings template = TestRecords.settings(this.socket, takeover);
		HandoffSettings settings = new HandoffSettings(application, null, this.socket, takeover, LaunchAdditions.none(),
				template.ignoredPorts(), true, template.readyTimeout(), template.cutoverRamp(), template.drainTimeout(),
				this.standby, template.maxGenerations(), template.drainSpread(), this.announceDelay, this.stopTimeout,
				true, true);
		HandoffEngine engine = new HandoffEngine(settings, (request) -> {
			throw new IOException("nothing is launched here");
		}, Deployment.NONE, (status, closing) -> this.exits.add(status));
		this.engines.add(engine);
		return engine;
	}

	private static void assertTakeoverFails(HandoffEngine engine, FailureCode code, String... words) {
		assertThatExceptionOfType(HandoffFailedException.class).isThrownBy(engine::begin)
			.satisfies((failed) -> assertThat(failed.code()).isEqualTo(code))
			.satisfies((failed) -> assertThat(failed.getMessage()).contains(words));
	}

	private static List<Stage> stages(Side side) {
		return side.application().events.stream()
			.filter(HandoffStageEvent.class::isInstance)
			.map((event) -> ((HandoffStageEvent) event).getStage())
			.toList();
	}

	private static List<Role> roles(Side side) {
		return side.application().events.stream()
			.filter(HandoffRoleEvent.class::isInstance)
			.map((event) -> ((HandoffRoleEvent) event).getRole())
			.toList();
	}

	private record Side(HandoffEngine engine, TestListener listener, ServerSocketChannel channel,
			TestApplication application) {

	}

}
