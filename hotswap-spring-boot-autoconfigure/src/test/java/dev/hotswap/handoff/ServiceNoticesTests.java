package dev.hotswap.handoff;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import dev.hotswap.Role;
import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.process.GentleStart;
import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.process.NotifySocket;
import dev.hotswap.process.ServiceManager;
import dev.hotswap.web.Census;
import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXSocketAddress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ServiceNotices}: what a service manager hears, in order, while two
 * engines in one process hand over to each other.
 */
@Timeout(60)
class ServiceNoticesTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String MAIN_PID = "MAINPID=" + ProcessHandle.current().pid();

	private final Map<String, String> environment = new HashMap<>();

	private final List<HandoffEngine> engines = new ArrayList<>();

	private final List<TestListener> listeners = new ArrayList<>();

	private Path controlSocket;

	private NotifySocket manager;

	@BeforeEach
	void listen(@TempDir Path folder) throws IOException {
		this.controlSocket = folder.resolve("c").resolve("x.sock");
		Path notify = folder.resolve("notify");
		this.manager = NotifySocket.open(AFUNIXSocketAddress.of(notify));
		this.environment.put("NOTIFY_SOCKET", notify.toString());
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
		this.manager.close();
	}

	@Test
	void firstProcessIsReadyWhenItsApplicationIs() throws Exception {
		HandoffEngine engine = engine(false);
		engine.begin();
		serve(engine, bind());
		assertThat(this.manager.messages()).isEmpty();
		engine.applicationReady();
		awaitMessages(MAIN_PID + " READY=1 STATUS=Serving as generation 1");
	}

	@Test
	void predecessorTellsUntilTheCutoverAndTheSuccessorFromThenOn() throws Exception {
		HandoffEngine predecessor = startFresh();
		HandoffEngine successor = takeOver();
		successor.applicationReady();
		await().atMost(TIMEOUT).until(() -> predecessor.role() != Role.ACTIVE && successor.role() == Role.ACTIVE);
		List<String> expected = new ArrayList<>(handoff("PRECHECK", "START", "WARM_UP", "HEALTH_CHECK", "CUTOVER"));
		expected.add(0, MAIN_PID + " READY=1 STATUS=Serving as generation 1");
		expected.add(MAIN_PID + " READY=1 STATUS=Serving as generation 2");
		awaitMessages(expected.toArray(String[]::new));
		int end = this.manager.messages().size();

		// The older generation ends in silence, whichever way
		predecessor.stop();
		assertThat(this.manager.messages()).hasSize(end);
		successor.stop();
		await().atMost(TIMEOUT).until(() -> this.manager.messages().size() > end);
		assertThat(this.manager.messages().subList(end, this.manager.messages().size())).singleElement()
			.asString()
			.matches("STOPPING=1 STATUS=Stopping; draining for \\d+ s at most EXTEND_TIMEOUT_USEC=\\d+");
	}

	@Test
	void successorThatFailsIsNeverHeardOf() throws Exception {
		startFresh();
		HandoffEngine successor = takeOver();
		successor.applicationFailed(new IllegalStateException("no database"));
		List<String> expected = new ArrayList<>(handoff("PRECHECK", "START"));
		expected.add(0, MAIN_PID + " READY=1 STATUS=Serving as generation 1");
		expected
			.add(MAIN_PID + " READY=1 STATUS=Handoff <id> failed in START (successor-exited). Serving as generation 1");
		awaitMessages(expected.toArray(String[]::new));
	}

	@Test
	void processThatIsRevertedToIsTheMainProcessAgain() throws Exception {
		HandoffEngine predecessor = startFresh();
		HandoffEngine successor = takeOver();
		successor.applicationReady();
		await().atMost(TIMEOUT).until(() -> predecessor.role() == Role.STANDBY);
		await().atMost(TIMEOUT)
			.until(() -> successor.status().draining().stream().allMatch((older) -> older.role() == Role.STANDBY));
		int handedOver = this.manager.messages().size();
		assertThat(successor.abort()).isTrue();
		await().atMost(TIMEOUT).until(() -> predecessor.role() == Role.ACTIVE);
		await().atMost(TIMEOUT).until(() -> successor.role() == Role.DRAINING);
		await().atMost(TIMEOUT).until(() -> this.manager.messages().size() >= handedOver + 2);
		List<String> messages = messages();
		assertThat(messages.subList(handedOver, messages.size())).containsExactly(
				"RELOADING=1 MONOTONIC_USEC=<n> STATUS=Serving as generation 2; handoff <id>: reverting "
						+ "EXTEND_TIMEOUT_USEC=<n>",
				MAIN_PID + " READY=1 STATUS=Handoff <id> failed in STANDBY (aborted). Serving as generation 1");
	}

	@Test
	void reloadBeginsAfterItWasAskedForOnTheManagersClock() throws Exception {
		long before = System.nanoTime() / 1000;
		startFresh();
		takeOver();
		await().atMost(TIMEOUT)
			.until(() -> this.manager.messages().stream().anyMatch((m) -> m.startsWith("RELOADING")));
		String reloading = this.manager.messages().get(1);
		java.util.regex.Matcher time = Pattern.compile("MONOTONIC_USEC=(\\d+) ").matcher(reloading);
		assertThat(time.find()).isTrue();
		assertThat(Long.parseLong(time.group(1))).isBetween(before, System.nanoTime() / 1000);
	}

	@Test
	void activeProcessFeedsTheWatchdogAndASuccessorDoesNot() throws Exception {
		HandoffEngine predecessor = startFresh();
		this.environment.put("WATCHDOG_USEC", "20000");
		HandoffEngine successor = takeOver();
		successor.applicationReady();
		await().atMost(TIMEOUT).until(() -> predecessor.role() != Role.ACTIVE);
		await().atMost(TIMEOUT).until(() -> messages().stream().filter("WATCHDOG=1"::equals).count() >= 3);
		List<String> messages = messages();
		assertThat(messages.subList(0, messages.indexOf("WATCHDOG=1")))
			.endsWith(MAIN_PID + " READY=1 STATUS=Serving as generation 2 WATCHDOG=1");
	}

	@Test
	void storesListenersWhileItServesAndForgetsThemWhenItStops() throws Exception {
		this.environment.put("FDSTORE", "8");
		HandoffEngine engine = startFresh();
		awaitMessages(MAIN_PID + " READY=1 STATUS=Serving as generation 1", "FDSTORE=1 FDNAME=hotswap.server");
		engine.stop();
		await().atMost(TIMEOUT).until(() -> this.manager.messages().size() == 4);
		assertThat(this.manager.messages().get(2)).isEqualTo("FDSTOREREMOVE=1 FDNAME=hotswap.server");
		assertThat(this.manager.messages().get(3)).startsWith("STOPPING=1 ");
	}

	@Test
	void processThatBecomesTheActiveOneOnlyToLeaveSaysBoth(@TempDir Path folder) {
		HandoffMachine machine = new HandoffMachine("shop", 100, null,
				new HandoffLimits(TIMEOUT, Duration.ZERO, TIMEOUT, TIMEOUT, 2), () -> "h1", 0);
		List<Action> actions = new ArrayList<>(machine.handle(new Event.ApplicationReady(), 0));
		actions.addAll(machine.handle(new Event.StopRequested(), 0));
		ServiceNotices notices = new ServiceNotices(
				ServiceManager.find(this.environment, ProcessHandle.current().pid()).orElseThrow(),
				new HandoffConnectors(false), TestRecords.settings(folder.resolve("x.sock"), false), null);
		notices.tell(machine, actions);
		notices.close();
		await().atMost(TIMEOUT).until(() -> this.manager.messages().size() == 2);
		assertThat(this.manager.messages().get(0)).startsWith(MAIN_PID + " READY=1 ");
		assertThat(this.manager.messages().get(1)).startsWith("STOPPING=1 ");
	}

	private void awaitMessages(String... expected) {
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(messages()).containsExactly(expected));
	}

	private List<String> messages() {
		return this.manager.messages()
			.stream()
			.map((message) -> message.replaceAll("_USEC=\\d+", "_USEC=<n>").replaceAll("andoff [^ :]+", "andoff <id>"))
			.toList();
	}

	/** What the predecessor says of a handoff's stages. */
	private static List<String> handoff(String... stages) {
		List<String> messages = new ArrayList<>();
		for (String stage : stages) {
			String begin = messages.isEmpty() ? "RELOADING=1 MONOTONIC_USEC=<n> " : "";
			messages.add(begin + "STATUS=Serving as generation 1; handoff <id>: " + stage + " EXTEND_TIMEOUT_USEC=<n>");
		}
		return messages;
	}

	private HandoffEngine startFresh() throws Exception {
		HandoffEngine engine = engine(false);
		engine.begin();
		serve(engine, bind());
		engine.applicationReady();
		await().atMost(TIMEOUT).until(() -> !this.manager.messages().isEmpty());
		return engine;
	}

	private HandoffEngine takeOver() throws Exception {
		HandoffEngine engine = engine(true);
		engine.begin();
		ServerSocketChannel channel = engine.claim("server", this.listeners.get(0).address(), "http",
				ChannelDescriptors::adoptServer);
		assertThat(channel).isNotNull();
		serve(engine, channel);
		return engine;
	}

	private static ServerSocketChannel bind() throws IOException {
		return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
	}

	private void serve(HandoffEngine engine, ServerSocketChannel channel) {
		TestListener listener = new TestListener("server", channel);
		this.listeners.add(listener);
		engine.attach(new TestApplication(Map::of));
		engine.applicationRefreshed();
		engine.connectors().register(listener);
	}

	private HandoffEngine engine(boolean takeover) {
		HandoffSettings settings = new HandoffSettings("shop", null, this.controlSocket, takeover,
				LaunchAdditions.none(), Set.of(), true, Duration.ofMinutes(1), Duration.ZERO, Duration.ofHours(1),
				Duration.ofMinutes(1), 4, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1), true, true);
		HandoffEngine engine = new HandoffEngine(settings, (request) -> {
			throw new IOException("nothing is launched here");
		}, Deployment.NONE, GentleStart.none(), (status, closing) -> {
		}, Map.copyOf(this.environment));
		this.engines.add(engine);
		return engine;
	}

}
