package dev.hotswap.handoff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.Census;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.IdleConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionTransfer} and {@link ConnectionAdoption}.
 */
class ConnectionTransferTests {

	private final List<Frame.Connections> sent = new ArrayList<>();

	private final List<Descriptor> originals = new ArrayList<>();

	private boolean linkOpen = true;

	private final ConnectionTransfer transfer = new ConnectionTransfer((frame) -> {
		this.sent.add((Frame.Connections) frame);
		return this.linkOpen;
	});

	private TestListener connector;

	@BeforeEach
	void bind() throws IOException {
		this.connector = TestListener.bind("server");
		this.connector.transferable = true;
	}

	@AfterEach
	void close() throws IOException {
		this.sent.forEach((frame) -> frame.connections().forEach((moving) -> moving.connection().descriptor().close()));
		this.originals.forEach(Descriptor::close);
		this.transfer.close();
		this.connector.rehearsed.forEach(Descriptor::close);
		this.connector.close();
	}

	@Test
	void framesHoldAtMost32AndNoMoreThan256WaitForAnAnswer() throws IOException {
		openWindow();
		idle(300, true);
		this.transfer.move(this.connector);
		this.transfer.move(this.connector);
		assertThat(this.sent).hasSize(8).allSatisfy((frame) -> assertThat(frame.connections()).hasSize(32));
		this.transfer.answered(new Frame.Answered(ids(this.sent.get(0)), List.of()));
		this.transfer.move(this.connector);
		assertThat(this.sent).hasSize(9);
		assertThat(this.sent.get(8).connections()).hasSize(32);
		assertThat(this.transfer.transferred()).isEqualTo(32);
	}

	@Test
	void firstConnectionGoesAloneAndTheirNumberDoublesWithEachAnswer() throws IOException {
		idle(300, true);
		List<Integer> sizes = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			this.transfer.move(this.connector);
			this.transfer.move(this.connector);
			Frame.Connections latest = this.sent.get(i);
			sizes.add(latest.connections().size());
			this.transfer.answered(new Frame.Answered(ids(latest), List.of()));
		}
		assertThat(sizes).containsExactly(1, 2, 4, 8);
		assertThat(this.sent).hasSize(4);
	}

	@Test
	void ownConnectionsGoFirstAndCountForNothing() throws IOException {
		rehearse();
		idle(2, true);
		while (this.transfer.transferred() == 0) {
			this.transfer.move(this.connector);
			this.transfer.answered(new Frame.Answered(ids(this.sent.get(this.sent.size() - 1)), List.of()));
		}
		assertThat(this.sent).hasSize(4).allSatisfy((frame) -> assertThat(frame.connections()).hasSize(1));
		assertThat(this.sent.stream().map(Frame.Connections::warmUp)).containsExactly(true, true, true, false);
		assertThat(this.connector.rehearsed).hasSize(3).allMatch(Descriptor::isClosed);
		assertThat(this.transfer.isOutstanding()).isFalse();
	}

	@Test
	void clientsFollowWhenAnOwnConnectionComesBack() throws IOException {
		rehearse();
		idle(1, true);
		this.transfer.move(this.connector);
		this.transfer.answered(new Frame.Answered(List.of(), ids(this.sent.get(0))));
		this.transfer.move(this.connector);
		assertThat(this.sent.get(1).warmUp()).isFalse();
		assertThat(this.connector.adopted).isEmpty();
		assertThat(this.connector.announced).isFalse();
		assertThat(this.transfer.returned()).isZero();
		assertThat(this.connector.rehearsed).allMatch(Descriptor::isClosed);
	}

	@Test
	void ownConnectionEndsWithTheSuccessor() throws IOException {
		rehearse();
		this.transfer.move(this.connector);
		this.transfer.takeBackUnanswered();
		assertThat(this.connector.adopted).isEmpty();
		assertThat(this.connector.rehearsed).allMatch(Descriptor::isClosed);
	}

	@Test
	void ownConnectionIsTakenAsOneForAWarmUp() throws IOException {
		HandoffConnectors connectors = new HandoffConnectors(true);
		connectors.register(this.connector);
		rehearse();
		this.transfer.move(this.connector);
		ConnectionAdoption adoption = new ConnectionAdoption(connectors);
		assertThat(adoption.adopt(this.sent.get(0)).adopted()).isEqualTo(ids(this.sent.get(0)));
		assertThat(this.connector.adopted).isEmpty();
		assertThat(this.connector.rehearsed).hasSize(2);
		assertThat(adoption.adopted()).isEmpty();
	}

	@Test
	void descriptorIsKeptUntilTheAnswerAndClosedWithIt() throws IOException {
		idle(1, true);
		this.transfer.move(this.connector);
		assertThat(this.originals.get(0).isClosed()).isFalse();
		assertThat(this.transfer.isOutstanding()).isTrue();
		this.transfer.answered(new Frame.Answered(ids(this.sent.get(0)), List.of()));
		assertThat(this.originals.get(0).isClosed()).isTrue();
		assertThat(this.transfer.isOutstanding()).isFalse();
	}

	@Test
	void returnedConnectionIsAdoptedBackAnnouncedAndNotOfferedAgain() throws IOException {
		idle(1, true);
		this.transfer.move(this.connector);
		this.transfer.answered(new Frame.Answered(List.of(), ids(this.sent.get(0))));
		assertThat(this.connector.adopted).containsExactly(true);
		assertThat(this.connector.announced).isTrue();
		assertThat(this.transfer.returned()).isEqualTo(1);
		assertThat(this.transfer.canMove(this.connector)).isFalse();
	}

	@Test
	void connectionWhoseClientHasGoneDoesNotKeepTheOthersHere() throws IOException {
		idle(1, true);
		this.transfer.move(this.connector);
		this.connector.adoptionFails = true;
		this.transfer.answered(new Frame.Answered(List.of(), ids(this.sent.get(0))));
		assertThat(this.transfer.returned()).isEqualTo(1);
		assertThat(this.connector.announced).isFalse();
		assertThat(this.transfer.canMove(this.connector)).isTrue();
	}

	@Test
	void answerForAnUnknownOrAnsweredConnectionChangesNothing() throws IOException {
		idle(1, true);
		this.transfer.move(this.connector);
		this.transfer.answered(new Frame.Answered(List.of(99L), List.of(98L)));
		this.transfer.answered(new Frame.Answered(ids(this.sent.get(0)), List.of()));
		this.transfer.answered(new Frame.Answered(List.of(), ids(this.sent.get(0))));
		assertThat(this.transfer.transferred()).isEqualTo(1);
		assertThat(this.transfer.returned()).isZero();
		assertThat(this.connector.adopted).isEmpty();
	}

	@Test
	void unansweredConnectionsLiveOnHereWhenTheSuccessorDies() throws IOException {
		openWindow();
		idle(2, false);
		this.transfer.move(this.connector);
		this.transfer.stop();
		assertThat(this.transfer.isOutstanding()).isTrue();
		this.transfer.takeBackUnanswered();
		assertThat(this.connector.adopted).containsExactly(false, false);
		assertThat(this.transfer.isOutstanding()).isFalse();
		assertThat(this.transfer.canMove(this.connector)).isFalse();
	}

	@Test
	void unansweredConnectionsAreNotServedTwiceWhenTheSuccessorLives() throws IOException {
		idle(1, true);
		this.transfer.move(this.connector);
		this.transfer.close();
		assertThat(this.connector.adopted).isEmpty();
		assertThat(this.originals.get(0).isClosed()).isTrue();
	}

	@Test
	void connectionsStayWhenTheLinkIsGone() throws IOException {
		this.linkOpen = false;
		openWindow();
		idle(3, true);
		this.transfer.move(this.connector);
		assertThat(this.connector.adopted).hasSize(3);
		assertThat(this.connector.announced).isTrue();
	}

	@Test
	void successorAdoptsWhatItCanAndReturnsTheRest() throws IOException {
		HandoffConnectors connectors = new HandoffConnectors(true);
		connectors.register(this.connector);
		openWindow();
		idle(2, true);
		this.transfer.move(this.connector);
		ConnectionAdoption adoption = new ConnectionAdoption(connectors);
		Frame.Connections offered = this.sent.get(0);
		Frame.Answered answer = adoption.adopt(new Frame.Connections("server", offered.connections().subList(0, 1)));
		assertThat(answer.adopted()).containsExactly(offered.connections().get(0).id());
		assertThat(this.connector.adopted).containsExactly(true);
		this.connector.adoptionFails = true;
		answer = adoption.adopt(new Frame.Connections("server", offered.connections().subList(1, 2)));
		assertThat(answer.returned()).containsExactly(offered.connections().get(1).id());
	}

	@Test
	void successorReturnsOnlyTheConnectionOfAFrameThatItCannotAdopt() throws IOException {
		HandoffConnectors connectors = new HandoffConnectors(true);
		connectors.register(this.connector);
		openWindow();
		idle(3, true);
		this.transfer.move(this.connector);
		List<MovingConnection> offered = this.sent.get(0).connections();
		this.connector.unadoptable.add(offered.get(1).connection().descriptor());
		ConnectionAdoption adoption = new ConnectionAdoption(connectors);
		Frame.Answered answer = adoption.adopt(this.sent.get(0));
		assertThat(answer.adopted()).containsExactly(offered.get(0).id(), offered.get(2).id());
		assertThat(answer.returned()).containsExactly(offered.get(1).id());
		assertThat(adoption.adopted()).containsExactly(Map.entry("server", 2L));
	}

	@Test
	void successorReturnsConnectionsOfAConnectorItDoesNotHave() throws IOException {
		idle(1, true);
		this.transfer.move(this.connector);
		Frame.Answered answer = new ConnectionAdoption(new HandoffConnectors(true)).adopt(this.sent.get(0));
		assertThat(answer.adopted()).isEmpty();
		assertThat(answer.returned()).isEqualTo(ids(this.sent.get(0)));
		assertThat(this.sent.get(0).connections().get(0).connection().descriptor().isClosed()).isTrue();
	}

	private void rehearse() {
		this.connector.census = new Census(0, 0, 1);
		this.connector.rehearses = true;
	}

	private void openWindow() {
		for (int i = 0; i < 8; i++) {
			this.transfer.answered(new Frame.Answered(List.of(), List.of()));
		}
	}

	private void idle(int count, boolean kept) throws IOException {
		for (int i = 0; i < count; i++) {
			Descriptor descriptor = this.connector.exportListener();
			this.originals.add(descriptor);
			this.connector.movable.add(new IdleConnection(descriptor, kept));
		}
	}

	private static List<Long> ids(Frame.Connections frame) {
		return frame.connections().stream().map(MovingConnection::id).toList();
	}

}
