package dev.hotswap;

/**
 * What a client's connection does.
 *
 * @since 0.1.0
 */
public enum ConnectionState {

	/**
	 * It has been accepted, or taken over from another process.
	 */
	NEW,

	/**
	 * It has begun to send a request, or is being answered.
	 */
	ACTIVE,

	/**
	 * It is kept and waits for its next request.
	 */
	IDLE,

	/**
	 * It has ended.
	 */
	CLOSED,

	/**
	 * It has left this process for another one; the client does not notice.
	 */
	TRANSFERRED

}
