package dev.hotswap.handoff;

import java.time.Instant;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the state machine. A link is the number of a control connection.
 */
sealed interface Event {

	/** Somebody asks for a handoff; the request is answered by its number. */
	record Triggered(long request, HandoffTrigger trigger, @Nullable String release, Instant at) implements Event {

	}

	/** Somebody asks to abort the handoff that runs, or to revert the last one. */
	record AbortRequested(long request, Undo undo) implements Event {

		AbortRequested(long request) {
			this(request, Undo.WHAT_CAN_BE);
		}

	}

	/** What is to be undone. */
	enum Undo {

		/** The handoff that runs. */
		ABORT,

		/** The last handoff. */
		REVERT,

		/** Either, whichever is possible. */
		WHAT_CAN_BE

	}

	/** The application is told to stop, by whomever. */
	record StopRequested() implements Event {

	}

	/** Time passes. */
	record Tick() implements Event {

	}

	/** A link to the predecessor is open: say hello. */
	record PredecessorFound(int link, ProcessId predecessor, @Nullable String handoffId) implements Event {

	}

	/** Something that the machine wanted done failed in a way that nobody foresaw. */
	record ActionFailed(String problem) implements Event {

	}

	/** The application's start has come further. */
	record ApplicationProgressed() implements Event {

	}

	/** The application accepts traffic. */
	record ApplicationReady() implements Event {

	}

	/** The application failed to start. */
	record ApplicationFailed(@Nullable FailureCode code, String message) implements Event {

	}

	/** A frame arrived. */
	record Received(int link, ProcessId sender, Frame frame, Instant at) implements Event {

	}

	/**
	 * A link ended, without a BYE or after it; a problem if the peer broke the protocol.
	 */
	record LinkEnded(int link, @Nullable String problem) implements Event {

	}

	/** The peer has not answered for too long although the link is open. */
	record LinkSilent(int link) implements Event {

	}

	/** The prechecks have been asked; a refusal if one refused. */
	record PrechecksDone(String handoffId, @Nullable String refusal) implements Event {

	}

	/** The release has been verified; a problem if it is not intact. */
	record Verified(String handoffId, @Nullable String problem) implements Event {

	}

	/** The successor's process runs. */
	record Launched(ProcessId process) implements Event {

	}

	/** The successor's process could not be started. */
	record LaunchFailed(String problem) implements Event {

	}

	/** The launched process has exited. */
	record SuccessorExited(ProcessId process, int exitStatus) implements Event {

	}

	/** The listeners could not be offered. */
	record OfferFailed(String handoffId, String problem) implements Event {

	}

	/** The successor is dead, or could not be killed, which is logged. */
	record Fenced(String handoffId, boolean dead) implements Event {

	}

	/**
	 * It is known whether a process is dead whose link ended, or that was to be killed.
	 *
	 * @param process which one
	 * @param dead whether it is
	 * @param fenced whether it was to be killed
	 */
	record PeerChecked(ProcessId process, boolean dead, boolean fenced) implements Event {

	}

	/** A link to the process that is active now is open. */
	record Rejoined(int link, ProcessId active) implements Event {

	}

	/** This process owns the control path, or a problem. */
	record PathTaken(@Nullable String problem) implements Event {

	}

	/** All gates are open. */
	record GatesOpened() implements Event {

	}

	/** The warm-up is over, or a problem that ends the handoff. */
	record WarmedUp(@Nullable String problem) implements Event {

	}

	/** The application's readiness is UP, or a problem. */
	record HealthChecked(@Nullable String problem) implements Event {

	}

	/**
	 * Nothing more will be accepted here, or a connector did not stop, which is logged.
	 */
	record AcceptingStopped() implements Event {

	}

	/** Every connection has ended, or the deadline came. */
	record DrainEnded(HandoffRecord.Connections connections) implements Event {

	}

}
