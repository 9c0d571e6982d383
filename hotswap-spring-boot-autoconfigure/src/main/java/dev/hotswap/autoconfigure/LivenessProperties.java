package dev.hotswap.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How the liveness group answers.
 *
 * @since 0.1.0
 */
public class LivenessProperties {

	private final Tolerance tolerance = new Tolerance();

	public Tolerance getTolerance() {
		return this.tolerance;
	}

	/**
	 * What the liveness group tolerates while generations change.
	 */
	public static class Tolerance {

		/**
		 * Liveness probes in a row that may fail during a handoff or a drain and are
		 * answered with success all the same. Unset with a duration, any number.
		 */
		private @Nullable Integer failures;

		/**
		 * Time for which liveness probes may fail during a handoff or a drain and are
		 * answered with success all the same. Unset with a number of failures, any time.
		 */
		private @Nullable Duration duration;

		public @Nullable Integer getFailures() {
			return this.failures;
		}

		public void setFailures(@Nullable Integer failures) {
			this.failures = failures;
		}

		public @Nullable Duration getDuration() {
			return this.duration;
		}

		public void setDuration(@Nullable Duration duration) {
			this.duration = duration;
		}

	}

}
