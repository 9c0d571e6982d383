package dev.hotswap.handoff;

import java.time.Duration;

/**
 * What the configuration limits.
 *
 * @param ready from LAUNCH to READY; progress extends it
 * @param ramp how long a predecessor goes on accepting less and less once its successor
 * serves; zero to stop at once
 * @param drain how long a predecessor may drain
 * @param standby how long it then stays able to resume
 * @param generations how many older generations may drain at once
 */
record HandoffLimits(Duration ready, Duration ramp, Duration drain, Duration standby, int generations) {

}
