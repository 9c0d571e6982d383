package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.listener.KeptListeners;
import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.IdleConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Rehearsal}: each step runs, and none has an effect.
 */
@Timeout(30)
class RehearsalTests {

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private final TestApplication application = new TestApplication(Map::of);

	private final List<String> steps = new ArrayList<>();

	private TestListener connector;

	private Rehearsal.Step listeners = () -> this.steps.add("listeners");

	private boolean transfer = true;

	private final Deployment deployment = new Deployment() {

		@Override
		public Path jar() {
			RehearsalTests.this.steps.add("jar");
			return null;
		}

	};

	@BeforeEach
	void bind() throws IOException {
		this.connector = TestListener.bind("server");
		this.connector.transferable = true;
		this.connector.rehearses = true;
		this.connectors.register(this.connector);
		this.application.rehearsal = () -> this.steps.add("application");
	}

	@AfterEach
	void close() throws IOException {
		this.connector.rehearsed.forEach(Descriptor::close);
		this.connector.close();
	}

	@Test
	void eachStepRunsAndNothingIsLaunched() {
		rehearse();
		assertThat(this.steps).containsExactly("application", "listeners", "jar");
		assertThat(this.connector.announced).isFalse();
	}

	@Test
	void connectionsOfThisProcessMoveToItAndCountForNothing() {
		rehearse();
		// Each of at least two was adopted twice; this listener gives up again what has
		// moved
		assertThat(this.connector.rehearsed).hasSizeGreaterThanOrEqualTo(4);
		assertThat(this.connector.adopted).isEmpty();
		assertThat(this.connector.figures).isEqualTo(ConnectorFigures.NONE);
	}

	@Test
	void connectionsOfClientsStay() throws IOException {
		IdleConnection connection = new IdleConnection(this.connector.exportListener(), true);
		this.connector.movable.add(connection);
		rehearse();
		assertThat(this.connector.movable).containsExactly(connection);
		connection.descriptor().close();
	}

	@Test
	void stepThatFailsDoesNotHinderTheOthers() {
		this.application.rehearsal = () -> {
			throw new IllegalStateException("application");
		};
		this.listeners = () -> {
			throw new OutOfMemoryError("unable to create native thread");
		};
		rehearse();
		assertThat(this.steps).containsExactly("jar");
		assertThat(this.connector.rehearsed).isNotEmpty();
	}

	@Test
	void connectorThatTakesNoConnectionEndsIt() {
		this.connector.rehearses = false;
		rehearse();
		assertThat(this.connector.rehearsals).isOne();
	}

	@Test
	void nothingMovesWhereNothingIsToMove() {
		this.transfer = false;
		rehearse();
		assertThat(this.connector.rehearsals).isZero();
	}

	@Test
	void connectorThatCannotTransferIsLeftAlone() {
		this.connector.transferable = false;
		rehearse();
		assertThat(this.connector.rehearsals).isZero();
	}

	private void rehearse() {
		SuccessorLaunch launch = new SuccessorLaunch(LaunchAdditions.none(), Path.of("x.sock"), (request) -> {
			throw new AssertionError("launched");
		}, KeptListeners.of(Map.of()));
		new Rehearsal(this.connectors, this.listeners, launch, this.deployment, this.transfer).run(this.application);
	}

}
