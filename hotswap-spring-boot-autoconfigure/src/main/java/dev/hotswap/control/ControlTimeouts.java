package dev.hotswap.control;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long a connection waits for its peer.
 *
 * @param firstFrame from accepting to the end of the first frame; {@code null} for no
 * limit, on the side that connected
 * @param frame from a frame's first byte to its last
 * @param write for a frame to be written
 * @param linger from the last frame written to the peer's end
 */
record ControlTimeouts(@Nullable Duration firstFrame, Duration frame, Duration write, Duration linger) {

	static final ControlTimeouts SERVER = new ControlTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(10),
			Duration.ofSeconds(10), Duration.ofSeconds(2));

	static final ControlTimeouts CLIENT = new ControlTimeouts(null, SERVER.frame(), SERVER.write(), SERVER.linger());

}
