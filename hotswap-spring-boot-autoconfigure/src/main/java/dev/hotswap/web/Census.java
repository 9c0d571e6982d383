package dev.hotswap.web;

/**
 * How many connections a connector holds.
 *
 * @param fresh connections that have not sent a first request yet
 * @param active connections in the middle of a request or response, or that are ended by
 * us and wait for the client's end
 * @param idle kept connections that wait for their next request
 */
public record Census(int fresh, int active, int idle) {

	/**
	 * All connections together.
	 * @return the sum
	 */
	public int total() {
		return this.fresh + this.active + this.idle;
	}

	/**
	 * This census and another one together.
	 * @param other the other census
	 * @return the sums
	 */
	public Census plus(Census other) {
		return new Census(this.fresh + other.fresh, this.active + other.active, this.idle + other.idle);
	}

}
