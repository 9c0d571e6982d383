package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.hotswap.HandoffRecord;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Drain}.
 */
class DrainTests {

	private static final Duration NEVER = Duration.ofHours(1);

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final CompletableFuture<HandoffRecord.Connections> ended = new CompletableFuture<>();

	private TestListener connector;

	@BeforeEach
	void register() throws IOException {
		this.connector = TestListener.bind("server");
		this.connectors.register(this.connector);
	}

	@AfterEach
	void close() throws IOException {
		this.timer.shutdownNow();
		this.connector.close();
	}

	@Test
	void nothingHeldEndsAtOnce() {
		drain(NEVER, NEVER);
		assertThat(outcome()).isEqualTo(new HandoffRecord.Connections(0, 0, 0, 0));
	}

	@Test
	void endsWhenTheLastConnectionHasGoneWithoutEndingAny() {
		this.connector.census = new Census(1, 2, 3);
		drain(NEVER, NEVER);
		await().untilAsserted(() -> assertThat(this.connector.announced).isTrue());
		assertThat(this.ended).isNotDone();
		this.connector.figures = new ConnectorFigures(0, 0, 6, 0, 0);
		this.connector.census = new Census(0, 0, 0);
		assertThat(outcome()).isEqualTo(new HandoffRecord.Connections(0, 0, 6, 0));
		assertThat(this.connector.idleEnded).isFalse();
	}

	@Test
	void idleConnectionsAreEndedAtTheDeadline() {
		this.connector.census = new Census(1, 0, 3);
		drain(Duration.ZERO, NEVER);
		assertThat(outcome()).isEqualTo(new HandoffRecord.Connections(0, 0, 0, 4));
		assertThat(this.connector.idleEnded).isTrue();
	}

	@Test
	void whatIsLeftAfterTheDeadlineIsCounted() {
		this.connector.census = new Census(0, 2, 3);
		drain(Duration.ZERO, Duration.ZERO);
		assertThat(outcome()).isEqualTo(new HandoffRecord.Connections(0, 0, 0, 5));
	}

	@Test
	void requestsHaveAMomentAfterIdleConnectionsWereEnded() {
		this.connector.census = new Census(0, 1, 0);
		drain(Duration.ZERO, NEVER);
		await().untilAsserted(() -> assertThat(this.connector.idleEnded).isTrue());
		assertThat(this.ended).isNotDone();
		this.connector.census = new Census(0, 0, 0);
		assertThat(outcome()).isEqualTo(new HandoffRecord.Connections(0, 0, 0, 0));
	}

	@Test
	void lessTimeIsLessTime() {
		this.connector.census = new Census(0, 0, 1);
		Drain drain = new Drain(this.connectors, new ConnectionAdoption(this.connectors), null,
				DrainParticipants.none(), NEVER, NEVER, null, NEVER, this.timer, this.ended::complete);
		drain.start();
		drain.hasten(Duration.ofHours(2));
		drain.hasten(Duration.ZERO);
		assertThat(outcome().cut()).isEqualTo(1);
	}

	@Test
	void unusedConnectionsAreEndedFromTheStart() {
		this.connector.census = new Census(0, 0, 1);
		Duration unused = Duration.ofSeconds(3);
		new Drain(this.connectors, new ConnectionAdoption(this.connectors), null, DrainParticipants.none(), NEVER,
				Duration.ZERO, unused, NEVER, this.timer, this.ended::complete)
			.start();
		await().untilAsserted(() -> assertThat(this.connector.endedUnused).containsExactly(unused));
		assertThat(this.connector.idleEnded).isFalse();
	}

	@Test
	void connectorThatFailsHoldsUpNeitherTheOthersNorTheEnd() {
		HandoffConnector failing = mock(HandoffConnector.class, (call) -> {
			throw new IllegalStateException("broken");
		});
		willReturn("broken").given(failing).name();
		HandoffConnectors connectors = new HandoffConnectors(false);
		connectors.register(failing);
		connectors.register(this.connector);
		new Drain(connectors, new ConnectionAdoption(connectors), null, DrainParticipants.none(), Duration.ZERO,
				Duration.ZERO, null, Duration.ZERO, this.timer, this.ended::complete)
			.start();
		assertThat(outcome().cut()).isEqualTo(1);
		assertThat(this.connector.announced).isTrue();
		assertThat(this.connector.idleEnded).isTrue();
	}

	@Test
	void whatWouldGoOnForGoodIsEnded() {
		this.connector.census = new Census(0, 3, 0);
		this.connector.longLived = 3;
		drain(NEVER, NEVER);
		await().untilAsserted(() -> assertThat(this.connector.longLived).isZero());
		assertThat(this.ended).isNotDone();
		this.connector.census = new Census(0, 0, 0);
		assertThat(outcome().cut()).isZero();
	}

	@Test
	void lessTimeEndsSoonerWhatWouldGoOnForGood() {
		this.connector.census = new Census(0, 1, 0);
		this.connector.longLived = 100;
		Drain drain = new Drain(this.connectors, new ConnectionAdoption(this.connectors), null,
				DrainParticipants.none(), NEVER, NEVER, null, NEVER, this.timer, this.ended::complete);
		drain.start();
		drain.hasten(Duration.ZERO);
		await().untilAsserted(() -> assertThat(this.connector.longLived).isZero());
		assertThat(this.ended).isNotDone();
	}

	private void drain(Duration timeout, Duration linger) {
		new Drain(this.connectors, new ConnectionAdoption(this.connectors), null, DrainParticipants.none(), timeout,
				Duration.ZERO, null, linger, this.timer, this.ended::complete)
			.start();
	}

	private HandoffRecord.Connections outcome() {
		return this.ended.orTimeout(10, TimeUnit.SECONDS).join();
	}

}
