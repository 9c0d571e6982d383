package dev.hotswap.warmup;

import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A request that is sent again and again, and what came of it. Thread-safe.
 */
final class WarmUpTarget {

	private static final int NOT_FOUND = 404;

	private static final int SERVER_ERRORS = 500;

	private static final int CLIENT_ERRORS = 400;

	/** A connection may have ended just then; twice in a row it is the request. */
	private static final int MAX_IN_A_ROW = 2;

	/** Nothing else was waited for, not even on a busy machine. */
	private static final long QUICK = TimeUnit.MILLISECONDS.toNanos(5);

	private final WarmUpRequest request;

	private @Nullable String failure;

	private int inARow;

	private boolean answered;

	private boolean quick;

	private boolean givenUp;

	private int inFlight;

	WarmUpTarget(WarmUpRequest request) {
		this.request = request;
	}

	WarmUpRequest request() {
		return this.request;
	}

	/**
	 * Whether to send the request now. Until it has been answered for the first time it
	 * is sent once at a time, so that one that hangs does not hold up all others.
	 * @return whether to send it; {@link #ended()} must follow then
	 */
	synchronized boolean begin() {
		if (this.givenUp || (!this.answered && this.inFlight > 0)) {
			return false;
		}
		this.inFlight++;
		return true;
	}

	synchronized void ended() {
		this.inFlight--;
	}

	/**
	 * There was a response. One that says 4xx has warmed something up as well, such as
	 * the security's part that wants credentials, unless it is of a recorded request that
	 * this release does not know.
	 * @param status its status
	 * @param nanos how long it took
	 */
	synchronized void answered(int status, long nanos) {
		this.answered = true;
		this.quick = nanos < QUICK;
		if (status >= SERVER_ERRORS || (status == NOT_FOUND && this.request.recorded())) {
			failed("status " + status);
			return;
		}
		this.inARow = 0;
		if (status >= CLIENT_ERRORS && this.failure == null) {
			this.failure = "status " + status;
		}
	}

	/**
	 * There was no useful response.
	 * @param why what there was
	 */
	synchronized void failed(String why) {
		this.inARow++;
		if (this.inARow >= MAX_IN_A_ROW) {
			this.givenUp = true;
			if (this.failure == null) {
				this.failure = why;
			}
		}
	}

	/**
	 * Whether the last answer came at once.
	 * @return whether it took less than five milliseconds
	 */
	synchronized boolean isQuick() {
		return this.quick;
	}

	synchronized boolean isGivenUp() {
		return this.givenUp;
	}

	synchronized boolean isAnswered() {
		return this.answered;
	}

	/**
	 * Why it failed, if only because nothing came of it.
	 * @return one failure, or none
	 */
	synchronized Stream<Failure> failure() {
		String failure = (this.failure == null && !this.answered) ? "no response in time" : this.failure;
		return Stream.ofNullable(failure).map((why) -> new Failure(this.request, why));
	}

	/**
	 * A failure.
	 *
	 * @param request what was sent
	 * @param why what came of it
	 */
	record Failure(WarmUpRequest request, String why) {

		@Override
		public String toString() {
			return "the request " + this.request + " failed (" + this.why + ")";
		}

	}

}
