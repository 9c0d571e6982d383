package dev.hotswap.process;

import java.util.List;

/**
 * How to launch a successor. Immutable.
 *
 * @param request what to launch
 * @param origin what the successor must be told, so that it can launch the next one
 * @param leftOut the words of debugger and JMX options left out, for the log
 * @since 0.1.0
 */
public record LaunchPlan(LaunchRequest request, LaunchOrigin origin, List<String> leftOut) {

	/**
	 * Create a plan.
	 * @param request what to launch
	 * @param origin what the successor must be told
	 * @param leftOut the words left out, for the log
	 */
	public LaunchPlan {
		leftOut = List.copyOf(leftOut);
	}

}
