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

	private static final String CHILD = "7 (java) S 1 7 7 0";

	@TempDir
	private Path root;

	private int generation = 1;

	@Test
	void pid1Refuses() {
		assertThat(refusal("1 (java) S 0 1 1 0", "java\0-jar\0app.jar\0")).contains("PID 1 of its container",
				"hotswap-init", "hotswap.prechecks.container.enabled");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/usr/bin/tini\0--\0java\0", "/sbin/docker-init\0--\0java\0", "dumb-init\0java\0",
			"catatonit\0--\0java\0", "/bin/sh\0/entrypoint.sh\0", "bash\0-c\0java -jar app.jar; echo over\0" })
	void childOfAnInitThatExitsWithItRefuses(String init) {
		assertThat(refusal(CHILD, init)).contains("PID 1 of this container, ", "exits when this process does");
	}

	@Test
	void orphanThatSuchAnInitHasAdoptedAgrees() {
		this.generation = 2;
		assertThat(refusal(CHILD, "/usr/bin/tini\0--\0sleep\0")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/usr/bin/perl\0/usr/local/bin/hotswap-init\0java\0", "/sbin/init\0",
			"/lib/systemd/systemd\0--system\0", "bash\0-l\0", "sh\0", "\0", "" })
	void childOfAnotherInitAgrees(String init) {
		assertThat(refusal(CHILD, init)).isNull();
	}

	@Test
	void firstProcessOfAContainerThatSharesTheNamespaceOfItsPodRefuses() {
		assertThat(refusal("7 (java) S 0 7 7 0", "/pause\0")).contains("first of its container");
		assertThat(refusal("7 (java) S 0 7 7 0", "/usr/bin/tini\0")).isNull();
	}

	@Test
	void descendantOfAnInitAgrees() {
		assertThat(refusal("9 (java (0) S 0) S 7 7 7 0", "tini\0")).isNull();
	}

	@Test
	void whatIsUnknownAgrees() {
		assertThat(new ContainerPrecheck(() -> 1, new TestSystem(this.root).files()).refuse()).isNull();
		assertThat(refusal("", "tini\0")).isNull();
	}

	private String refusal(String stat, String init) {
		TestSystem system = new TestSystem(this.root).file("proc/self/stat", stat).file("proc/1/cmdline", init);
		return new ContainerPrecheck(() -> this.generation, system.files()).refuse();
	}

}
