package dev.hotswap.release;

/**
 * How a release is verified before it is launched.
 *
 * @since 0.1.0
 */
public enum ReleaseVerification {

	/**
	 * Its jar has the SHA-256 checksum that the file {@code <jar>.sha256} beside it
	 * states, as {@code sha256sum} writes it.
	 */
	SHA256,

	/**
	 * Not at all.
	 */
	NONE

}
