package dev.hotswap.web;

import java.io.File;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The descriptors that this process has open.
 */
public final class OpenDescriptors {

	private OpenDescriptors() {
	}

	public static int count() {
		return new File("/proc/self/fd").list().length;
	}

	/**
	 * Nothing was left open.
	 * @param before how many were open; those that a test before this one closes late are
	 * among them
	 */
	public static void assertThatNoneWasLeft(int before) {
		assertThat(count()).isLessThanOrEqualTo(before);
	}

}
