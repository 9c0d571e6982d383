package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link OperatorLinks}, with an engine behind a real control socket whose
 * launches fail.
 */
@Timeout(60)
class OperatorLinksTests {

	private final CountDownLatch precheck = new CountDownLatch(1);

	private volatile @Nullable String refusal;

	private HandoffEngine engine;

	private Path socket;

	@BeforeEach
	void start(@TempDir Path folder) throws Exception {
		this.socket = folder.resolve("c").resolve("x.sock");
		this.engine = new HandoffEngine(TestRecords.settings(this.socket, false), (request) -> {
			throw new IOException("nothing is launched here");
		}, Deployment.NONE, (status, application) -> {
		});
		this.engine.begin();
		HandoffPrecheck waits = () -> {
			try {
				this.precheck.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return this.refusal;
		};
		this.engine.attach(new TestApplication(() -> Map.of("waits", waits)));
		this.engine.applicationReady();
	}

	@AfterEach
	void stop() {
		// The other prechecks would go on in a folder that is gone by then
		this.refusal = "The test is over.";
		this.precheck.countDown();
		this.engine.stop();
	}

	@Test
	void statusIsThatOfTheEngine() throws Exception {
		try (Operator operator = new Operator()) {
			operator.asks(MessageType.STATUS);
			CommandAnswer.Status answer = (CommandAnswer.Status) operator.hears();
			assertThat(answer.status()).isEqualTo(this.engine.status());
		}
	}

	@Test
	void handoffIsWatchedFromItsFirstStageToItsResult() throws Exception {
		this.precheck.countDown();
		try (Operator operator = new Operator()) {
			operator.asks(MessageType.HANDOFF);
			String id = ((CommandAnswer.Accepted) operator.hears()).handoffId();
			assertThat(((CommandAnswer.Accepted) operator.first).pid()).isEqualTo(ProcessHandle.current().pid());
			assertThat(operator.hears()).isInstanceOfSatisfying(CommandAnswer.Progress.class, (progress) -> {
				assertThat(progress.handoffId()).isEqualTo(id);
				assertThat(progress.stage()).isEqualTo(Stage.PRECHECK);
				assertThat(progress.millis()).isBetween(0L, 1000L);
			});
			assertThat(operator.hears()).extracting("stage").isEqualTo(Stage.VERIFY);
			assertThat(operator.hears()).extracting("stage").isEqualTo(Stage.LAUNCH);
			assertThat(operator.hears()).isInstanceOfSatisfying(CommandAnswer.Result.class, (result) -> {
				assertThat(result.handoff()).isEqualTo(this.engine.status().history().get(0));
				assertThat(result.handoff().trigger()).isEqualTo(HandoffTrigger.COMMAND);
				assertThat(result.handoff().result()).isEqualTo(HandoffRecord.Result.FAILED);
				assertThat(result.handoff().code()).isEqualTo(FailureCode.LAUNCH);
			});
			assertThat(operator.hears()).extracting("stage").isEqualTo(Stage.IDLE);
		}
	}

	@Test
	void secondHandoffIsBusyAndAnAbortEndsTheFirst() throws Exception {
		try (Operator first = new Operator(); Operator second = new Operator(); Operator third = new Operator()) {
			first.asks(MessageType.HANDOFF);
			String id = ((CommandAnswer.Accepted) first.hears()).handoffId();
			second.asks(MessageType.HANDOFF);
			assertThat(second.hears()).isInstanceOfSatisfying(CommandAnswer.Refused.class, (refused) -> {
				assertThat(refused.code()).isEqualTo(FailureCode.BUSY);
				assertThat(refused.message()).contains(id, "PRECHECK");
			});
			third.asks(MessageType.ABORT);
			assertThat(third.hears()).extracting("handoffId").isEqualTo(id);
			assertThat(third.hearsResult().code()).isEqualTo(FailureCode.ABORTED);
			assertThat(first.hearsResult().code()).isEqualTo(FailureCode.ABORTED);
		}
	}

	@Test
	void whatCannotBeUndoneIsRefused() throws Exception {
		try (Operator abort = new Operator(); Operator revert = new Operator()) {
			abort.asks(MessageType.ABORT);
			assertThat(abort.hears())
				.isEqualTo(new CommandAnswer.Refused(FailureCode.REFUSED, "No handoff runs that could be aborted."));
			// As an older generation may say it, too
			revert.asks(MessageType.REVERT);
			assertThat(revert.hears())
				.isEqualTo(new CommandAnswer.Refused(FailureCode.REFUSED, "No older generation could serve again."));
		}
	}

	@Test
	void operatorWhoGoesDoesNotEndTheHandoff() throws Exception {
		try (Operator operator = new Operator()) {
			operator.asks(MessageType.HANDOFF);
			operator.hears();
		}
		this.precheck.countDown();
		await().untilAsserted(() -> assertThat(this.engine.status().history()).singleElement()
			.extracting(HandoffRecord::code)
			.isEqualTo(FailureCode.LAUNCH));
	}

	@Test
	void whoBeginsAsAGenerationIsNoOperator() throws Exception {
		try (Operator operator = new Operator()) {
			operator.connection
				.send(Message.of(MessageType.HELLO).field("version", "1").field("application", "bank").build());
			operator.asks(MessageType.STATUS);
			assertThat(operator.next().type()).isEqualTo(MessageType.BYE);
		}
	}

	@Test
	void operatorWhoSpeaksAsAGenerationIsRefused() throws Exception {
		try (Operator operator = new Operator()) {
			operator.asks(MessageType.STATUS);
			operator.connection.send(Message.of(MessageType.READY).build());
			assertThat(operator.hearsBye().field(ByeReason.TEXT_FIELD)).contains("READY");
		}
	}

	/**
	 * What a command does on the wire.
	 */
	private final class Operator implements ControlHandler, AutoCloseable {

		private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

		private final ControlConnection connection;

		private @Nullable CommandAnswer first;

		Operator() throws IOException {
			this.connection = ControlClient.connect(new ControlPath(OperatorLinksTests.this.socket),
					Duration.ofSeconds(5), this);
		}

		void asks(MessageType request) {
			this.connection.send(CommandMessages.request(request, null));
		}

		CommandAnswer hears() throws Exception {
			CommandAnswer answer = CommandMessages.read(next());
			assertThat(answer).isNotNull();
			this.first = (this.first != null) ? this.first : answer;
			return answer;
		}

		HandoffRecord hearsResult() throws Exception {
			while (true) {
				if (hears() instanceof CommandAnswer.Result result) {
					return result.handoff();
				}
			}
		}

		Message hearsBye() throws Exception {
			while (true) {
				Message message = next();
				if (message.type() == MessageType.BYE) {
					return message;
				}
			}
		}

		private Message next() throws Exception {
			Message message = this.messages.poll(20, TimeUnit.SECONDS);
			assertThat(message).as("message").isNotNull();
			return message;
		}

		@Override
		public void onMessage(ControlConnection connection, Message message) {
			this.messages.add(message);
		}

		@Override
		public void onEnd(ControlConnection connection, @Nullable Exception cause) {
			// Whoever waits for a message learns it
		}

		@Override
		public void close() {
			this.connection.close();
		}

	}

}
