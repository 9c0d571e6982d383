package dev.hotswap.handoff;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Supplier;

/**
 * Ids of handoffs: short enough to read out, random enough to grep for.
 */
final class HandoffIds implements Supplier<String> {

	private static final int BYTES = 4;

	private final SecureRandom random = new SecureRandom();

	@Override
	public String get() {
		byte[] bytes = new byte[BYTES];
		this.random.nextBytes(bytes);
		return HexFormat.of().formatHex(bytes);
	}

}
