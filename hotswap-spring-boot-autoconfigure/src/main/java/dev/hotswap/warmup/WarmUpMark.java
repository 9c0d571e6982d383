package dev.hotswap.warmup;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * By what the requests of a warm-up are told from those of clients, who may send the same
 * header but do not know its value. Thread-safe.
 */
public final class WarmUpMark {

	private final String value = UUID.randomUUID().toString();

	private volatile boolean active;

	/**
	 * Create a mark that is not active.
	 */
	public WarmUpMark() {
	}

	String value() {
		return this.value;
	}

	void setActive(boolean active) {
		this.active = active;
	}

	/**
	 * Whether requests of a warm-up may come now. Where not, as in all of a process's
	 * life but its beginning, nobody needs to look for the header.
	 * @return whether a warm-up runs
	 */
	public boolean isActive() {
		return this.active;
	}

	/**
	 * Whether a request is one of this process's own warm-up.
	 * @param header the header's value, or {@code null} where there is none
	 * @return whether it is
	 */
	public boolean matches(@Nullable String header) {
		return this.value.equals(header);
	}

}
