package dev.hotswap.handoff;

import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.listener.Listener;
import dev.hotswap.process.LaunchOrigin;
import dev.hotswap.web.RecordedRequest;
import org.jspecify.annotations.Nullable;

/**
 * What the two sides of a handoff tell each other, as the state machine sees it.
 */
sealed interface Frame {

	/**
	 * Who I am: the successor's first frame.
	 *
	 * @param version the version of the control protocol that the sender speaks
	 * @param application who it is
	 * @param handoffId the handoff that launched it, or {@code null} for an operator's
	 * start
	 * @param release its release
	 */
	record Hello(int version, String application, @Nullable String handoffId,
			@Nullable String release) implements Frame {

	}

	/**
	 * The predecessor accepts the successor and hands it the listeners.
	 *
	 * @param version the version of the control protocol to speak
	 * @param handoffId the handoff's id
	 * @param trigger its trigger
	 * @param from the predecessor
	 * @param listeners the listeners with descriptors
	 * @param origin the command line as the operator first gave it; {@code null} to a
	 * process that an operator started, which has its own
	 * @param history the last handoffs
	 * @param past what else the generations so far have counted
	 * @param requests requests of the kinds that the predecessor has served
	 */
	record Offer(int version, String handoffId, HandoffTrigger trigger, HandoffRecord.Party from,
			List<Listener> listeners, @Nullable LaunchOrigin origin, List<HandoffRecord> history, HandoffTotals past,
			List<RecordedRequest> requests) implements Frame {

	}

	/**
	 * How far the sender has come.
	 *
	 * @param stage the stage it is in
	 */
	record Progress(Stage stage) implements Frame {

	}

	/**
	 * The successor can take over.
	 */
	record Ready() implements Frame {

	}

	/**
	 * Take the control path and open the gates.
	 *
	 * @param rampMillis over which time to leave less and less new connections to the
	 * predecessor; zero to accept whatever comes
	 */
	record Cutover(long rampMillis) implements Frame {

	}

	/**
	 * The gates are open. Its receipt is the point of no return.
	 */
	record Serving() implements Frame {

	}

	/**
	 * Connections that the predecessor has given up.
	 *
	 * @param connector the name of the connector that they belong to
	 * @param connections the connections; whoever holds the frame owns their descriptors
	 * @param warmUp whether they are the predecessor's own, which go first
	 */
	record Connections(String connector, List<MovingConnection> connections, boolean warmUp) implements Frame {

		Connections(String connector, List<MovingConnection> connections) {
			this(connector, connections, false);
		}

	}

	/**
	 * What became of connections.
	 *
	 * @param adopted the ids of those that the successor serves
	 * @param returned the ids of those that it could not take
	 */
	record Answered(List<Long> adopted, List<Long> returned) implements Frame {

	}

	/**
	 * The predecessor has drained.
	 *
	 * @param story the whole handoff
	 */
	record Drained(HandoffRecord story) implements Frame {

	}

	/**
	 * What an older generation still holds; also its first frame to a process that it has
	 * not handed over to.
	 *
	 * @param application who it is
	 * @param handoffId the handoff in which it was the predecessor
	 * @param generation its generation
	 * @param role {@code DRAINING} or {@code STANDBY}
	 * @param held the connections it holds
	 * @param leftMillis until its deadline, in milliseconds
	 */
	record Draining(String application, String handoffId, int generation, Role role, HandoffStatus.Held held,
			long leftMillis) implements Frame {

	}

	/**
	 * Drain and exit, and resume no more.
	 *
	 * @param atOnce whether to end now what the receiver still holds
	 */
	record Release(boolean atOnce) implements Frame {

	}

	/**
	 * The sender resumes no more.
	 */
	record Released() implements Frame {

	}

	/**
	 * Serve again: to the predecessor. From it: ask for that.
	 *
	 * @param history the last handoffs, as the sender knows them
	 */
	record Revert(List<HandoffRecord> history) implements Frame {

	}

	/**
	 * Another process is active now: to an older generation, which is to find that.
	 */
	record Redirect() implements Frame {

	}

	/**
	 * A deliberate end of the connection.
	 *
	 * @param reason why it ends
	 * @param code the failure, or {@code null}
	 * @param text for an operator, or {@code null}
	 */
	record Bye(ByeReason reason, @Nullable FailureCode code, @Nullable String text) implements Frame {

	}

}
