package dev.hotswap.handoff;

import java.time.Duration;
import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
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
	record RunPrechecks(String handoffId) implements Action {

	}

	/** Verify the release: {@link Event.Verified}. */
	record Verify(String handoffId) implements Action {

	}

	/** Launch: {@link Event.Launched} or {@link Event.LaunchFailed}. */
	record Launch(String handoffId) implements Action {

	}

	/** Send the listeners; {@link Event.OfferFailed} if that cannot be. */
	record SendOffer(int link, String handoffId, HandoffTrigger trigger, HandoffRecord.Party from,
			boolean launched) implements Action {

	}

	/**
	 * Make sure that the successor can no longer act: {@link Event.Fenced}.
	 *
	 * @param processes the processes to see dead
	 * @param grace how long to wait for their own exit
	 * @param termGrace how long a SIGTERM may take before SIGKILL
	 */
	record Fence(List<ProcessId> processes, Duration grace, Duration termGrace) implements Action {

	}

	/**
	 * Kill the predecessor, which stopped answering: {@link Event.PredecessorChecked}.
	 */
	record FencePredecessor(ProcessId predecessor) implements Action {

	}

	/** See whether the predecessor is dead: {@link Event.PredecessorChecked}. */
	record CheckPredecessor(ProcessId predecessor) implements Action {

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

	/** Open all gates: {@link Event.GatesOpened}. */
	record OpenGates() implements Action {

	}

	/** Close all gates for good: {@link Event.AcceptingStopped}. */
	record StopAccepting() implements Action {

	}

	/** Finish what was accepted, or move it: {@link Event.DrainEnded}. */
	record Drain(int link) implements Action {

	}

	/** There is less time to drain than was thought. */
	record HastenDrain() implements Action {

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

	/** The successor's link has ended: it answers no more. */
	record SuccessorLost(ProcessId successor) implements Action {

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
