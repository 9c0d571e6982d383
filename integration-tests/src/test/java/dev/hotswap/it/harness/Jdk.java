package dev.hotswap.it.harness;

import java.nio.file.Path;

/**
 * A JDK on this machine.
 *
 * @param feature the feature version, such as 17
 * @param home its folder, with all links resolved
 */
public record Jdk(int feature, Path home) {

	public Path java() {
		return this.home.resolve("bin/java");
	}

	@Override
	public String toString() {
		return "jdk" + this.feature;
	}

}
