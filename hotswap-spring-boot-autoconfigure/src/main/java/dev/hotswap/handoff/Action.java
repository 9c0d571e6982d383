package dev.hotswap.handoff;

import java.time.Duration;
import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * What the state machine wants done. Whoever does it reports back with the event named.
 */
sealed interface Action {

	/** Send a frame; a link that has ended swallows it. */
	record Send(int link, Frame frame) implements Action {

	}

	/** Say why, and end the link. */
	record EndLink(int link, ByeReason reason, @Nullable FailureCode code, @Nullable String text) implements Action {

	}

	/** A frame that nobody wants: give its descriptors back to the kernel. */
	record Discard(Frame frame) implements Action {

	}

	/** The request has begun a handoff, or ended one. */
	record Accept(long request, String handoffId) implements Action {

	}

	/** The request cannot be met. */
	record Reject(long request, @Nullable String handoffId, Stage stage, String message) implements Action {

	}

	/** Ask the prechecks: {@link Event.PrechecksDone}. */
	record RunPrechecks(String handoffId, HandoffTrigger trigger) implements Action {

	}

	/** Verify the release that is to be launched: {@link Event.Verified}. */
	record Verify(String handoffId, @Nullable String release) implements Action {

	}

	/** Launch: {@link Event.Launched} or {@link Event.LaunchFailed}. */
	record Launch(String handoffId, @Nullable String release) implements Action {

	}

	/** Send the listeners; {@link Event.OfferFailed} if that cannot be. */
	record SendOffer(int link, String handoffId, HandoffTrigger trigger, HandoffRecord.Party from,
			boolean launched) implements Action {

	}

	/**
	 * Make sure that the successor and what it has started can no longer act:
	 * {@link Event.Fenced}.
	 *
	 * @param handoffId the handoff that failed
	 * @param processes the processes to see dead
	 * @param grace how long to wait for their own exit
	 * @param termGrace how long a SIGTERM may take before SIGKILL
	 */
	record Fence(String handoffId, List<ProcessId> processes, Duration grace, Duration termGrace) implements Action {

	}

	/**
	 * Kill a process that stopped answering: {@link Event.PeerChecked}.
	 *
	 * @param process the process
	 * @param withDescendants whether what it has started is killed, too. Younger
	 * generations are among what a predecessor has started
	 */
	record FencePeer(ProcessId process, boolean withDescendants) implements Action {

	}

	/** See whether a process is dead whose link ended: {@link Event.PeerChecked}. */
	record CheckPeer(ProcessId process) implements Action {

	}

	/** The main thread may go on: with what was offered. */
	record StartWithOffer(Frame.Offer offer) implements Action {

	}

	/** The main thread may go on: as a process that succeeds nobody. */
	record StartFresh() implements Action {

	}

	/** Own the control path, whoever owned it: {@link Event.PathTaken}. */
	record TakePath() implements Action {

	}

	/**
	 * Open all gates: {@link Event.GatesOpened}.
	 *
	 * @param ramp over which time to leave less and less new connections to the
	 * predecessor
	 */
	record OpenGates(Duration ramp) implements Action {

	}

	/**
	 * Drain no more, take back what has not moved, and open all gates:
	 * {@link Event.GatesOpened}.
	 *
	 * @param successorDead whether what the successor has not answered for is only here
	 */
	record Reopen(boolean successorDead) implements Action {

	}

	/** Leave more and more new connections to the successor over some time. */
	record RampDown(Duration over) implements Action {

	}

	/** Close all gates: {@link Event.AcceptingStopped}. */
	record StopAccepting() implements Action {

	}

	/** Finish what was accepted, or move it: {@link Event.DrainEnded}. */
	record Drain(int link) implements Action {

	}

	/** There is less time to drain than was thought, or none. */
	record HastenDrain(boolean atOnce) implements Action {

	}

	/** Finish without a successor what was accepted: {@link Event.DrainEnded}. */
	record Leave() implements Action {

	}

	/** Take over connections, and answer for them. */
	record Adopt(int link, Frame.Connections connections) implements Action {

	}

	/** The successor has answered for connections. */
	record NoteAnswer(Frame.Answered answer) implements Action {

	}

	/** The successor answers no more, and is dead, or lives. */
	record SuccessorLost(boolean dead) implements Action {

	}

	/**
	 * Find the process that is active now: {@link Event.Rejoined}, or nothing if there is
	 * none. First wait for the answers of the one that was, and end its link.
	 */
	record Rejoin(ProcessId former, int formerLink) implements Action {

	}

	/** Move connections over another link from now on. */
	record MoveOver(int link) implements Action {

	}

	/**
	 * Tell the active process what this older generation still holds.
	 *
	 * @param link whom to tell
	 * @param handoffId the handoff in which this process was the predecessor
	 * @param generation its generation
	 * @param role its role
	 * @param left until its deadline
	 */
	record TellHeld(int link, String handoffId, int generation, Role role, Duration left) implements Action {

	}

	/** Ask the predecessor to serve again, and tell it what has happened meanwhile. */
	record SendRevert(int link) implements Action {

	}

	/** Know what the process has known that this one takes back from. */
	record Inherit(List<HandoffRecord> history) implements Action {

	}

	/**
	 * This process is the active one from now on. Repeated where another one may have
	 * become it meanwhile, and failed.
	 */
	record BecomeActive() implements Action {

	}

	/**
	 * No older generation can resume any more, and not because the service stops: this
	 * process has proven itself.
	 */
	record Proven() implements Action {

	}

	/** Warm up: {@link Event.WarmedUp}. */
	record WarmUp() implements Action {

	}

	/** Ask the readiness: {@link Event.HealthChecked}. */
	record CheckHealth() implements Action {

	}

	/** Add a handoff to the history, or replace the entry with its id. */
	record Remember(HandoffRecord handoff) implements Action {

	}

	/** The process has nothing left to do: exit. */
	record Exit(@Nullable FailureCode code, String message) implements Action {

	}

	/** Nothing of a handoff is left to be done: the application may stop. */
	record Stopped() implements Action {

	}

}
