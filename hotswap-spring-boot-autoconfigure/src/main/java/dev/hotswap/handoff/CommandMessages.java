package dev.hotswap.handoff;

import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.Stage;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * What an operator's command and the running instance tell each other, to and from
 * messages of the control socket. A request is a {@link MessageType#STATUS},
 * {@link MessageType#HANDOFF}, {@link MessageType#ABORT} or {@link MessageType#REVERT}
 * and the first message of its connection; the answers are {@link CommandAnswer}s.
 * Readers ignore fields that they do not know. Stateless and thread-safe.
 */
public final class CommandMessages {

	private static final String HANDOFF = "handoff";

	private static final String RELEASE = "release";

	private static final String CODE = "code";

	private static final String PID = "pid";

	private static final String RESULT = "result";

	private CommandMessages() {
	}

	/**
	 * Ask for something.
	 * @param type what for
	 * @param release the release that a {@link MessageType#HANDOFF} is to launch, or
	 * {@code null} for that which runs, or is current
	 * @return the message
	 */
	public static Message request(MessageType type, @Nullable String release) {
		return Message.of(type).field(RELEASE, release).build();
	}

	static boolean isRequest(MessageType type) {
		return switch (type) {
			case STATUS, HANDOFF, ABORT, REVERT -> true;
			default -> false;
		};
	}

	static @Nullable String release(Message request) {
		return request.field(RELEASE);
	}

	static Message write(CommandAnswer answer) {
		if (answer instanceof CommandAnswer.Status status) {
			Message.Builder builder = Message.of(MessageType.REPLY);
			StatusFields.write(status.status()).forEach(builder::field);
			return builder.build();
		}
		if (answer instanceof CommandAnswer.Accepted accepted) {
			return Message.of(MessageType.REPLY)
				.field(HANDOFF, accepted.handoffId())
				.field(PID, accepted.pid())
				.build();
		}
		if (answer instanceof CommandAnswer.Refused refused) {
			return Message.of(MessageType.REPLY)
				.field(CODE, refused.code().code())
				.field("message", refused.message())
				.build();
		}
		if (answer instanceof CommandAnswer.Progress progress) {
			return Message.of(MessageType.PROGRESS)
				.field(HANDOFF, progress.handoffId())
				.field("stage", progress.stage().name())
				.field("millis", progress.millis())
				.field("successor", progress.successorPid())
				.build();
		}
		if (answer instanceof CommandAnswer.Result result) {
			Message.Builder builder = Message.of(MessageType.RESULT);
			RecordFields.write(RESULT, List.of(result.handoff())).forEach(builder::field);
			return builder.build();
		}
		throw new IllegalArgumentException("Nobody sends " + answer);
	}

	static CommandAnswer.Refused refused(Throwable problem) {
		if (problem instanceof HandoffRefusedException refusal) {
			return new CommandAnswer.Refused((refusal.getRunningId() != null) ? FailureCode.BUSY : FailureCode.REFUSED,
					String.valueOf(refusal.getMessage()));
		}
		return new CommandAnswer.Refused(FailureCode.REFUSED,
				"The handoff machine did not answer; this process is stopping.");
	}

	/**
	 * Read an answer.
	 * @param message what the instance has sent
	 * @return the answer, or {@code null} for what this release does not understand
	 * @throws ProtocolException if a field is missing or malformed
	 */
	public static @Nullable CommandAnswer read(Message message) throws ProtocolException {
		try {
			return switch (message.type()) {
				case REPLY -> readReply(message);
				case PROGRESS -> readProgress(message);
				case RESULT -> readResult(message);
				default -> null;
			};
		}
		catch (RuntimeException ex) {
			throw new ProtocolException(message.type() + " is malformed: " + ex.getMessage());
		}
	}

	private static CommandAnswer readReply(Message reply) throws ProtocolException {
		String code = reply.field(CODE);
		if (code != null) {
			return new CommandAnswer.Refused(FailureCode.of(code).orElse(FailureCode.REFUSED),
					reply.require("message"));
		}
		String handoffId = reply.field(HANDOFF);
		return (handoffId != null) ? new CommandAnswer.Accepted(handoffId, Long.parseLong(reply.require(PID)))
				: new CommandAnswer.Status(StatusFields.read(reply.fields()));
	}

	private static @Nullable CommandAnswer readProgress(Message progress) throws ProtocolException {
		String name = progress.require("stage");
		for (Stage stage : Stage.values()) {
			if (stage.name().equals(name)) {
				String successor = progress.field("successor");
				return new CommandAnswer.Progress(progress.require(HANDOFF), stage,
						Long.parseLong(progress.require("millis")),
						(successor != null) ? Long.valueOf(successor) : null);
			}
		}
		return null;
	}

	private static CommandAnswer readResult(Message result) throws ProtocolException {
		List<HandoffRecord> records = RecordFields.read(RESULT, result.fields());
		if (records.size() != 1) {
			throw new ProtocolException("RESULT tells no story");
		}
		return new CommandAnswer.Result(records.get(0));
	}

}
