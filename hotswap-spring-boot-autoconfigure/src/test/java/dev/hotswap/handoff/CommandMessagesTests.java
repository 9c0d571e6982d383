package dev.hotswap.handoff;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.ProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CommandMessages} and {@link StatusFields}.
 */
class CommandMessagesTests {

	static Stream<CommandAnswer> answers() {
		return Stream.of(new CommandAnswer.Status(full()), new CommandAnswer.Status(sparse()),
				new CommandAnswer.Accepted("h1", 100), new CommandAnswer.Refused(FailureCode.BUSY, "One runs."),
				new CommandAnswer.Progress("h1", Stage.START, 12, 200L),
				new CommandAnswer.Progress("h1", Stage.PRECHECK, 0, null),
				new CommandAnswer.Result(TestRecords.full("h1")), new CommandAnswer.Result(TestRecords.sparse("h1")));
	}

	@ParameterizedTest
	@MethodSource("answers")
	void whatIsWrittenIsRead(CommandAnswer answer) throws Exception {
		assertThat(CommandMessages.read(CommandMessages.write(answer))).isEqualTo(answer);
	}

	@ParameterizedTest
	@CsvSource({ "role, TIRED", "generation, x", "since, yesterday", "listener.0.port, x", "running.stage, TEA",
			"draining.0.role, TIRED" })
	void statusThatCannotBeReadIsAProtocolError(String field, String value) {
		Message message = CommandMessages.write(new CommandAnswer.Status(full()));
		Message.Builder changed = Message.of(MessageType.REPLY);
		message.fields().forEach(changed::field);
		Message malformed = changed.field(field, value).build();
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> CommandMessages.read(malformed))
			.withMessageContaining("REPLY is malformed");
	}

	@Test
	void codeThatALaterReleaseAddsIsARefusal() throws Exception {
		Message message = Message.of(MessageType.REPLY).field("code", "rain").field("message", "It rains.").build();
		assertThat(CommandMessages.read(message))
			.isEqualTo(new CommandAnswer.Refused(FailureCode.REFUSED, "It rains."));
	}

	@Test
	void whatIsNoAnswerIsNone() throws Exception {
		assertThat(CommandMessages.read(Message.of(MessageType.SERVING).build())).isNull();
	}

	@Test
	void refusalIsBusyWhereAHandoffRuns() {
		assertThat(CommandMessages.refused(new HandoffRefusedException("m", "h1", Stage.START)).code())
			.isEqualTo(FailureCode.BUSY);
		assertThat(CommandMessages.refused(new HandoffRefusedException("m", null, Stage.IDLE)).code())
			.isEqualTo(FailureCode.REFUSED);
		assertThat(CommandMessages.refused(new java.util.concurrent.TimeoutException()).message()).contains("stopping");
	}

	private static HandoffStatus full() {
		Instant now = Instant.parse("2026-01-02T03:04:05.678Z");
		return new HandoffStatus(Role.ACTIVE, 3, 100, "shop", "v2", "1f0c7b0d8a5e", now,
				List.of(new HandoffStatus.Listener("server", "127.0.0.1", 8080, "http"),
						new HandoffStatus.Listener("management", "::1", 8081, "https")),
				new HandoffStatus.Running("h4", Stage.WARM_UP, now, 200L),
				List.of(new HandoffStatus.Draining("h3", 90, 2, Role.DRAINING, new HandoffStatus.Held(1, 2, 3), now),
						new HandoffStatus.Draining("h2", 80, 1, Role.STANDBY, null, null)),
				List.of(TestRecords.full("h3"), TestRecords.sparse("h2")));
	}

	private static HandoffStatus sparse() {
		return new HandoffStatus(Role.STANDBY, 1, 100, "shop", null, null, Instant.EPOCH, List.of(), null, List.of(),
				List.of());
	}

}
