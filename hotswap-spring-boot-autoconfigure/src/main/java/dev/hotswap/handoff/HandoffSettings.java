package dev.hotswap.handoff;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

import dev.hotswap.process.LaunchAdditions;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says about handoffs of this process.
 *
 * @param application who may take over from whom
 * @param release the release that runs, or {@code null}
 * @param controlSocket where the active process listens
 * @param takeover whether to take over from the instance that serves this address
 * @param additions what to add to the successor's command line
 * @param ignoredPorts ports of listening sockets that no connector owns and that may stay
 * behind
 * @param ignoreAllPorts whether all such ports may stay behind
 * @param readyTimeout from LAUNCH to READY
 * @param cutoverRamp over which time the successor's share of new connections grows
 * @param drainTimeout how long the predecessor may drain
 * @param drainStandby how long a drained predecessor stays able to resume
 * @param maxGenerations how many older generations may drain at once
 * @param drainSpread over which time event streams and WebSocket sessions are ended
 * @param announceDelay how long a process that stops without a successor still accepts
 * while its readiness refuses
 * @param stopTimeout how long it may drain then; zero to leave all to the application's
 * own shutdown
 * @param transferConnections whether idle connections move to the successor
 * @param recordRequests whether requests are recorded for a successor to warm up with
 */
public record HandoffSettings(String application, @Nullable String release, Path controlSocket, boolean takeover,
		LaunchAdditions additions, Set<Integer> ignoredPorts, boolean ignoreAllPorts, Duration readyTimeout,
		Duration cutoverRamp, Duration drainTimeout, Duration drainStandby, int maxGenerations, Duration drainSpread,
		Duration announceDelay, Duration stopTimeout, boolean transferConnections, boolean recordRequests) {

	HandoffLimits limits() {
		return new HandoffLimits(this.readyTimeout, this.cutoverRamp, this.drainTimeout, this.drainStandby,
				this.maxGenerations);
	}

}
