package dev.hotswap.precheck;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ContainerPrecheck}.
 */
class ContainerPrecheckTests {

	@TempDir
	private Path root;

	@Test
	void firstProcessOfANamespaceRefuses() {
		assertThat(refusal("1 (java) S 0 1 1 0", "java")).contains("container's first", "hotswap-init");
	}

	@Test
	void firstProcessOfAContainerThatSharesTheNamespaceOfItsPodRefuses() {
		assertThat(refusal("7 (java) S 0 7 7 0", "pause")).contains("container's first");
	}

	@ParameterizedTest
	@ValueSource(strings = { "tini", "docker-init", "dumb-init", "catatonit" })
	void childOfAnInitThatExitsWithItRefuses(String init) {
		assertThat(refusal("7 (java) S 1 7 7 0", init)).contains("PID 1 of this container, " + init, "hotswap-init");
	}

	@ParameterizedTest
	@ValueSource(strings = { "hotswap-init", "systemd", "sh" })
	void childOfAnotherInitAgrees(String init) {
		assertThat(refusal("7 (java) S 1 7 7 0", init)).isNull();
	}

	@Test
	void descendantOfAnInitAgrees() {
		assertThat(refusal("9 (java (0) S 0) S 7 7 7 0", "tini")).isNull();
	}

	@Test
	void unknownParentAgrees() {
		assertThat(new ContainerPrecheck(new TestSystem(this.root).files()).refuse()).isNull();
		assertThat(refusal("", "tini")).isNull();
	}

	private String refusal(String stat, String init) {
		return new ContainerPrecheck(
				new TestSystem(this.root).file("proc/self/stat", stat).file("proc/1/comm", init + "\n").files())
			.refuse();
	}

}
