package dev.hotswap;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a handoff failed. Each code has an exit status of its own, which a successor that
 * gives up exits with, and so does the operator's command that waited for the handoff.
 *
 * @since 0.1.0
 */
public enum FailureCode {

	/**
	 * A precheck refused, or the predecessor does not hand over to this process.
	 */
	REFUSED(10),

	/**
	 * Another handoff runs.
	 */
	BUSY(11),

	/**
	 * The running instance is another application.
	 */
	OTHER_APPLICATION(12),

	/**
	 * The release to launch is not intact.
	 */
	VERIFY(13),

	/**
	 * The successor could not be launched, or lacks what it needs to take over.
	 */
	LAUNCH(14),

	/**
	 * The successor exited before it served.
	 */
	SUCCESSOR_EXITED(15),

	/**
	 * A deadline passed.
	 */
	TIMEOUT(16),

	/**
	 * Somebody aborted the handoff or stopped the predecessor, or an unforeseen error
	 * ended it.
	 */
	ABORTED(17),

	/**
	 * The predecessor lives but cannot be reached.
	 */
	PREDECESSOR_UNREACHABLE(18),

	/**
	 * One side did not keep to the control protocol.
	 */
	PROTOCOL(19),

	/**
	 * The successor wants another scheme on an offered listener.
	 */
	SCHEME_MISMATCH(20),

	/**
	 * The successor's readiness did not become UP.
	 */
	UNHEALTHY(21),

	/**
	 * A required warm-up failed.
	 */
	WARM_UP(22);

	private final int exitStatus;

	FailureCode(int exitStatus) {
		this.exitStatus = exitStatus;
	}

	/**
	 * The status that a process exits with on this failure.
	 * @return the exit status, 10 to 22
	 */
	public int exitStatus() {
		return this.exitStatus;
	}

	/**
	 * The code as JSON and log lines show it.
	 * @return the name in kebab-case, such as {@code successor-exited}
	 */
	public String code() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Find a failure by its {@link #code()}.
	 * @param code the code in kebab-case
	 * @return the failure, or empty when this release does not know it
	 */
	public static Optional<FailureCode> of(String code) {
		return Arrays.stream(values()).filter((failure) -> failure.code().equals(code)).findFirst();
	}

	@Override
	public String toString() {
		return code();
	}

}
