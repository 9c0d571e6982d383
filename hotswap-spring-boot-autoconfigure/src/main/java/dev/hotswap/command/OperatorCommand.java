package dev.hotswap.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Stage;
import dev.hotswap.command.CommandLink.LinkLostException;
import dev.hotswap.control.NoInstanceException;
import dev.hotswap.control.PeerRefusedException;
import dev.hotswap.control.ProtocolException;
import dev.hotswap.handoff.CommandAnswer;
import dev.hotswap.handoff.CommandMessages;
import org.jspecify.annotations.Nullable;

/**
 * Asks the running instance for something, shows what becomes of it, and knows the exit
 * status. Neither its end nor its interruption ends what it has asked for. For one
 * thread.
 */
public final class OperatorCommand {

	private final Path socket;

	private final CommandConsole console;

	/**
	 * Create a command.
	 * @param socket the control path of the running instance
	 * @param out for what happens
	 * @param err for what goes wrong
	 */
	public OperatorCommand(Path socket, PrintStream out, PrintStream err) {
		this.socket = socket;
		this.console = new CommandConsole(out, err);
	}

	/**
	 * Run it. Blocks until the instance has done what was asked for, or it is certain
	 * that it does not.
	 * @param command what to ask for
	 * @param release the release that a handoff is to launch, or {@code null} for that
	 * which runs, or is current
	 * @param until what a handoff is waited for
	 * @return 0, or the exit status of a {@link FailureCode}
	 */
	public int run(Command command, @Nullable String release, Command.Until until) {
		try (CommandLink link = CommandLink.open(this.socket)) {
			return run(link, command, release, until);
		}
		catch (NoInstanceException ex) {
			return fail(FailureCode.PREDECESSOR_UNREACHABLE, "No instance answers on " + this.socket
					+ ". Is it running, as this user, and with the same port, address and hotswap.control.socket?");
		}
		catch (PeerRefusedException ex) {
			return fail(FailureCode.REFUSED, ex.getMessage() + " (" + this.socket + ")");
		}
		catch (AccessDeniedException ex) {
			return fail(FailureCode.REFUSED, "The control socket " + this.socket + " belongs to another user");
		}
		catch (IOException ex) {
			return fail(FailureCode.PREDECESSOR_UNREACHABLE,
					"The instance on " + this.socket + " cannot be reached: " + ex);
		}
	}

	private int run(CommandLink link, Command command, @Nullable String release, Command.Until until) {
		CommandAnswer.Accepted accepted = null;
		try {
			link.send(CommandMessages.request(command.request(), release));
			CommandAnswer answer = link.next();
			if (answer instanceof CommandAnswer.Status status) {
				this.console.show(status.status());
				return 0;
			}
			if (answer instanceof CommandAnswer.Refused refused) {
				return fail(refused.code(), refused.message());
			}
			if (!(answer instanceof CommandAnswer.Accepted)) {
				throw new ProtocolException(answer + " answers no request");
			}
			accepted = (CommandAnswer.Accepted) answer;
			return switch (command) {
				case ABORT -> watchAbort(link, accepted);
				case REVERT -> watchRevert(link, accepted);
				default -> watchHandoff(link, accepted, until);
			};
		}
		catch (ProtocolException ex) {
			return fail(FailureCode.PROTOCOL, "The instance (pid " + link.pid()
					+ ") and this command do not understand each other: " + ex.getMessage() + outlook(accepted));
		}
		catch (LinkLostException ex) {
			this.console.complain("The instance (pid " + link.pid() + ") " + ex.getMessage() + "." + outlook(accepted));
			return tellWhoServes(accepted);
		}
	}

	private static String outlook(CommandAnswer.@Nullable Accepted accepted) {
		return (accepted != null) ? " What becomes of handoff " + accepted.handoffId() + " is not known here." : "";
	}

	private int watchHandoff(CommandLink link, CommandAnswer.Accepted accepted, Command.Until until)
			throws ProtocolException, LinkLostException {
		this.console.say("Handoff " + accepted.handoffId() + " of pid " + accepted.pid());
		while (true) {
			CommandAnswer answer = link.next();
			if (answer instanceof CommandAnswer.Result result) {
				return conclude(result.handoff());
			}
			if (answer instanceof CommandAnswer.Progress progress && progress.stage() != Stage.IDLE) {
				this.console.show(progress);
				if (until == Command.Until.SERVED && progress.stage().compareTo(Stage.DRAIN) >= 0) {
					return 0;
				}
			}
		}
	}

	private int conclude(HandoffRecord handoff) {
		FailureCode code = handoff.code();
		if (code != null) {
			return fail(code, "Handoff " + handoff.id() + " failed in " + handoff.stage() + ": " + handoff.message()
					+ " Pid " + handoff.from().pid() + " serves.");
		}
		HandoffRecord.Connections connections = handoff.connections();
		this.console.say("Pid " + handoff.from().pid() + " has drained"
				+ ((connections != null) ? ": " + connections.transferred() + " connections transferred, "
						+ connections.announced() + " announced, " + connections.cut() + " cut" : ""));
		return 0;
	}

	private int watchAbort(CommandLink link, CommandAnswer.Accepted accepted)
			throws ProtocolException, LinkLostException {
		while (true) {
			if (link.next() instanceof CommandAnswer.Result) {
				this.console
					.say("Handoff " + accepted.handoffId() + " is aborted; pid " + accepted.pid() + " serves on");
				return 0;
			}
		}
	}

	private int watchRevert(CommandLink link, CommandAnswer.Accepted accepted)
			throws ProtocolException, LinkLostException {
		while (true) {
			CommandAnswer answer = link.next();
			if (answer instanceof CommandAnswer.Result result) {
				this.console.say("Handoff " + accepted.handoffId() + " is reverted; pid "
						+ result.handoff().from().pid() + " serves again");
				return 0;
			}
			if (answer instanceof CommandAnswer.Progress progress && progress.stage() == Stage.IDLE) {
				return fail(FailureCode.ABORTED,
						"The older generation did not take over; pid " + accepted.pid() + " serves on");
			}
		}
	}

	/** The one that was asked has gone, perhaps since another has taken its place. */
	private int tellWhoServes(CommandAnswer.@Nullable Accepted accepted) {
		try (CommandLink link = CommandLink.open(this.socket)) {
			link.send(CommandMessages.request(Command.STATUS.request(), null));
			if (link.next() instanceof CommandAnswer.Status status) {
				tellWhoServes(status.status(), accepted);
			}
		}
		catch (IOException | LinkLostException ex) {
			this.console.complain("Nobody answers on " + this.socket + " now. If a successor is starting it takes "
					+ "the service over once it is ready: ask again with --hotswap.command=status.");
		}
		return FailureCode.PREDECESSOR_UNREACHABLE.exitStatus();
	}

	private void tellWhoServes(HandoffStatus status, CommandAnswer.@Nullable Accepted accepted) {
		this.console.complain("Now pid " + status.pid() + " (generation " + status.generation() + ") answers, "
				+ status.role() + ".");
		status.history()
			.stream()
			.filter((handoff) -> accepted != null && handoff.id().equals(accepted.handoffId()))
			.forEach((handoff) -> this.console.complain(CommandConsole.describe(handoff)));
	}

	private int fail(FailureCode code, String message) {
		this.console.complain("hotswap: " + code + ": " + message);
		return code.exitStatus();
	}

}
