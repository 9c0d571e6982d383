package dev.hotswap.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.ControlServer;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OperatorCommand}, with an instance that says what the test has it say,
 * field by field: another release may send it.
 */
@Timeout(60)
class OperatorCommandTests {

	private final Instance instance = new Instance();

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	private Path socket;

	private ControlServer server;

	@BeforeEach
	void bind(@TempDir Path folder) throws IOException {
		this.socket = folder.resolve("c").resolve("x.sock");
		this.server = ControlServer.bind(new ControlPath(this.socket), ControlServer.Claim.IF_FREE,
				Duration.ofSeconds(5), this.instance);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void statusIsShown() {
		this.instance.says(status().field("release", "1.4")
			.field("since", "2026-01-02T03:04:05.678Z")
			.field("listener.0.name", "server")
			.field("listener.0.address", "0.0.0.0")
			.field("listener.0.port", "8080")
			.field("listener.0.scheme", "http")
			.field("running.id", "h9")
			.field("running.stage", "WARM_UP")
			.field("running.since", "2026-01-02T03:05:00Z")
			.field("running.successor", "200")
			.field("draining.0.id", "h8")
			.field("draining.0.pid", "90")
			.field("draining.0.generation", "2")
			.field("draining.0.role", "STANDBY")
			.field("draining.0.fresh", "1")
			.field("draining.0.active", "2")
			.field("draining.0.idle", "3")
			.field("colour", "red"));
		assertThat(run(Command.STATUS)).isZero();
		assertThat(out()).contains("application  shop", "role         ACTIVE since 2026-01-02T03:04:05Z",
				"generation   3", "pid          100", "release      1.4", "listener     server http://0.0.0.0:8080",
				"handoff      h9 in WARM_UP since 2026-01-02T03:05:00Z, successor pid 200",
				"draining     generation 2, pid 90, STANDBY: 1 new, 2 active, 3 idle connections");
		assertThat(err()).isEmpty();
		assertThat(this.instance.heard).containsExactly("STATUS {}");
	}

	@Test
	void handoffEndsWhenTheSuccessorServes() {
		this.instance.says(accepted(), progress("PRECHECK", 0), progress("LAUNCH", 12),
				progress("DRAIN", 3456).field("successor", "200"));
		assertThat(run(Command.HANDOFF)).isZero();
		assertThat(out().lines()).containsExactly("Handoff h1 of pid 100", "       0 ms  PRECHECK",
				"      12 ms  LAUNCH", "    3456 ms  DRAIN: pid 200 serves");
		assertThat(this.instance.heard).containsExactly("HANDOFF {}");
	}

	@Test
	void handoffUntilDrainedEndsWithTheWholeStory() {
		this.instance.says(accepted(), progress("DRAIN", 10), progress("STANDBY", 20),
				result("SUCCEEDED").field("result.0.transferred", "7")
					.field("result.0.returned", "0")
					.field("result.0.announced", "2")
					.field("result.0.cut", "1"));
		assertThat(command().run(Command.HANDOFF, "1.5", Command.Until.DRAINED)).isZero();
		assertThat(out()).contains("Pid 100 has drained: 7 connections transferred, 2 announced, 1 cut");
		assertThat(this.instance.heard).containsExactly("HANDOFF {release=1.5}");
	}

	@Test
	void failedHandoffEndsWithItsExitStatus() {
		this.instance.says(accepted(), progress("PRECHECK", 0), progress("HEALTH_CHECK", 5),
				result("FAILED").field("result.0.stage", "HEALTH_CHECK")
					.field("result.0.code", "unhealthy")
					.field("result.0.message", "The database is DOWN."));
		assertThat(run(Command.HANDOFF)).isEqualTo(21);
		assertThat(err()).isEqualTo(
				"hotswap: unhealthy: Handoff h1 failed in HEALTH_CHECK: The database is DOWN. " + "Pid 100 serves.\n");
	}

	@Test
	void undoneHandoffFailsWhoeverWaitsForTheDrain() {
		this.instance.says(accepted(), progress("DRAIN", 10),
				result("FAILED").field("result.0.stage", "DRAIN")
					.field("result.0.code", "successor-exited")
					.field("result.0.message", "It died."));
		assertThat(command().run(Command.HANDOFF, null, Command.Until.DRAINED)).isEqualTo(15);
	}

	@Test
	void whatALaterReleaseSaysInBetweenIsIgnored() {
		this.instance.says(accepted().field("colour", "red"), progress("TEA_BREAK", 1),
				Message.of(MessageType.DRAINING), progress("DRAIN", 2));
		assertThat(run(Command.HANDOFF)).isZero();
		assertThat(out()).doesNotContain("TEA_BREAK");
	}

	@Test
	void secondHandoffIsBusy() {
		this.instance.says(Message.of(MessageType.REPLY)
			.field("code", "busy")
			.field("message", "Handoff h0 runs, in START; one at a time."));
		assertThat(run(Command.HANDOFF)).isEqualTo(11);
		assertThat(err()).contains("Handoff h0 runs, in START");
	}

	@Test
	void abortEndsOnceTheHandoffHas() {
		this.instance.says(accepted(),
				result("FAILED").field("result.0.stage", "START").field("result.0.code", "aborted"));
		assertThat(run(Command.ABORT)).isZero();
		assertThat(out()).contains("Handoff h1 is aborted; pid 100 serves on");
		assertThat(this.instance.heard).containsExactly("ABORT {}");
	}

	@Test
	void revertEndsOnceThePredecessorServes() {
		this.instance.says(accepted(), progress("STANDBY", 0),
				result("FAILED").field("result.0.stage", "STANDBY").field("result.0.from.pid", "90"));
		assertThat(run(Command.REVERT)).isZero();
		assertThat(out()).contains("Handoff h1 is reverted; pid 90 serves again");
		assertThat(this.instance.heard).containsExactly("REVERT {}");
	}

	@Test
	void revertThatComesToNothingFails() {
		this.instance.says(accepted(), progress("STANDBY", 0), progress("IDLE", 10));
		assertThat(run(Command.REVERT)).isEqualTo(17);
		assertThat(err()).contains("pid 100 serves on");
	}

	@Test
	void withoutAnInstanceThePathIsNamed() {
		this.server.close();
		assertThat(run(Command.STATUS)).isEqualTo(18);
		assertThat(err()).contains("predecessor-unreachable: No instance answers on " + this.socket);
	}

	@Test
	void whereNobodyHasEverBeenThePathIsNamedAndNothingIsCreated() {
		Path nowhere = this.socket.resolveSibling("none").resolve("y.sock");
		assertThat(new OperatorCommand(nowhere, System.out, print(this.err)).run(Command.HANDOFF, null,
				Command.Until.SERVED))
			.isEqualTo(18);
		assertThat(err()).contains(nowhere.toString());
		assertThat(nowhere.getParent()).doesNotExist();
	}

	@Test
	void instanceThatEndsInBetweenIsNotTakenForSuccess() {
		this.instance.says(accepted(), progress("CUTOVER", 10), (Message.Builder) null);
		this.instance.says(status().field("pid", "200")
			.field("generation", "4")
			.field("history.0.id", "h1")
			.field("history.0.trigger", "COMMAND")
			.field("history.0.from.pid", "100")
			.field("history.0.from.generation", "3")
			.field("history.0.started", Instant.EPOCH)
			.field("history.0.result", "SUCCEEDED")
			.field("history.0.stage", "CUTOVER"));
		assertThat(run(Command.HANDOFF)).isEqualTo(18);
		assertThat(err()).contains("has ended", "What becomes of handoff h1 is not known here",
				"Now pid 200 (generation 4) answers, ACTIVE.", "h1 SUCCEEDED in CUTOVER");
	}

	@Test
	void instanceThatEndsWithoutAnotherMeansAskingAgain() {
		this.instance.says(accepted(), (Message.Builder) null);
		this.instance.whenEnded = this.server::close;
		assertThat(run(Command.HANDOFF)).isEqualTo(18);
		assertThat(err()).contains("has ended", "--hotswap.command=status");
	}

	@Test
	void instanceThatDoesNotKnowTheRequestIsToldApart() {
		this.instance.refuses = "This release does not answer STATUS";
		assertThat(run(Command.STATUS)).isEqualTo(19);
		assertThat(err()).contains("protocol", "This release does not answer STATUS");
	}

	@Test
	void answerThatLacksWhatItMustHaveIsAProtocolError() {
		this.instance.says(Message.of(MessageType.REPLY).field("handoff", "h1"));
		assertThat(run(Command.HANDOFF)).isEqualTo(19);
	}

	private int run(Command command) {
		return command().run(command, null, Command.Until.SERVED);
	}

	private OperatorCommand command() {
		return new OperatorCommand(this.socket, print(this.out), print(this.err));
	}

	private static PrintStream print(ByteArrayOutputStream to) {
		return new PrintStream(to, true);
	}

	private String out() {
		return this.out.toString();
	}

	private String err() {
		return this.err.toString();
	}

	private static Message.Builder status() {
		return Message.of(MessageType.REPLY)
			.field("role", "ACTIVE")
			.field("generation", "3")
			.field("pid", "100")
			.field("application", "shop")
			.field("since", Instant.EPOCH);
	}

	private static Message.Builder accepted() {
		return Message.of(MessageType.REPLY).field("handoff", "h1").field("pid", "100");
	}

	private static Message.Builder progress(String stage, long millis) {
		return Message.of(MessageType.PROGRESS).field("handoff", "h1").field("stage", stage).field("millis", millis);
	}

	private static Message.Builder result(String result) {
		return Message.of(MessageType.RESULT)
			.field("result.0.id", "h1")
			.field("result.0.trigger", "COMMAND")
			.field("result.0.from.pid", "100")
			.field("result.0.from.generation", "3")
			.field("result.0.started", Instant.EPOCH)
			.field("result.0.result", result)
			.field("result.0.stage", "DRAIN");
	}

	/**
	 * Says to whoever connects what is next.
	 */
	private static final class Instance implements ControlHandler {

		final List<String> heard = new CopyOnWriteArrayList<>();

		final Deque<List<Message.Builder>> answers = new ArrayDeque<>();

		@Nullable String refuses;

		Runnable whenEnded = () -> {
		};

		/** {@code null} for an end without a word. */
		void says(Message.@Nullable Builder... messages) {
			this.answers.add(java.util.Arrays.asList(messages));
		}

		@Override
		public void onMessage(ControlConnection connection, Message message) {
			this.heard.add(message.type() + " " + message.fields());
			if (this.refuses != null) {
				connection.bye(ByeReason.PROTOCOL, "protocol", this.refuses);
				return;
			}
			for (Message.Builder answer : this.answers.remove()) {
				if (answer == null) {
					connection.bye(ByeReason.STOPPING, null, null);
					this.whenEnded.run();
				}
				else {
					connection.send(answer.build());
				}
			}
		}

		@Override
		public void onEnd(ControlConnection connection, @Nullable Exception cause) {
			// Nothing depends on it
		}

	}

}
