package dev.hotswap.process;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ProcessTree}.
 */
@Timeout(60)
class ProcessTreeTests {

	private static final Duration NONE = Duration.ZERO;

	private static final Duration LONG = Duration.ofSeconds(30);

	/** A child, and a child of that one. */
	private static final String WITH_DESCENDANTS = "sh -c 'echo $$; sleep 60 & echo $!; wait' & wait";

	@Test
	void descendantsEndWithTheProcess() throws Exception {
		try (ShellProcess shell = new ShellProcess(WITH_DESCENDANTS)) {
			ProcessId child = shell.readProcess();
			ProcessId grandchild = shell.readProcess();
			ProcessTree tree = ProcessTree.of(List.of(shell.id()));
			assertThat(tree.fence(NONE, LONG)).isTrue();
			tree.fenceDescendants(LONG);
			assertThat(shell.process().waitFor()).isEqualTo(128 + 15);
			assertThat(List.of(child, grandchild)).allMatch(ProcessId::isDead);
		}
	}

	@Test
	void descendantsOfStoppedProcessAreKilled() throws Exception {
		try (ShellProcess shell = new ShellProcess(WITH_DESCENDANTS)) {
			ProcessId child = shell.readProcess();
			ProcessId grandchild = shell.readProcess();
			shell.stop();
			ProcessTree tree = ProcessTree.of(List.of(shell.id()));
			assertThat(tree.fence(NONE, NONE)).isTrue();
			tree.fenceDescendants(NONE);
			assertThat(shell.process().waitFor()).isEqualTo(128 + 9);
			assertThat(List.of(child, grandchild)).allMatch(ProcessId::isDead);
		}
	}

	@Test
	void descendantsOfProcessThatEndsByItselfAreEnded() throws Exception {
		try (ShellProcess shell = new ShellProcess("sleep 60 & echo $!; read line; exit 7")) {
			ProcessId child = shell.readProcess();
			ProcessTree tree = ProcessTree.of(List.of(shell.id()));
			shell.process().getOutputStream().close();
			assertThat(tree.fence(LONG, LONG)).isTrue();
			tree.fenceDescendants(LONG);
			assertThat(shell.process().waitFor()).isEqualTo(7);
			assertThat(child.isDead()).isTrue();
		}
	}

	@Test
	void processAloneLeavesItsDescendants() throws Exception {
		try (ShellProcess shell = new ShellProcess("sleep 60 & echo $!; wait")) {
			ProcessId child = shell.readProcess();
			assertThat(ProcessTree.alone(shell.id()).fence(NONE, NONE)).isTrue();
			assertThat(child.isDead()).isFalse();
		}
	}

	@Test
	void descendantsOfDeadProcessAreNotFound() throws Exception {
		try (ShellProcess shell = new ShellProcess("sleep 60 & echo $!; wait")) {
			ProcessId id = shell.id();
			ProcessId child = shell.readProcess();
			shell.process().destroyForcibly().waitFor();
			assertThat(ProcessTree.of(List.of(id)).fence(NONE, NONE)).isTrue();
			assertThat(child.isDead()).isFalse();
		}
	}

	@Test
	void processThatGotTheSamePidLaterKeepsItsDescendants() throws Exception {
		try (ShellProcess shell = new ShellProcess("sleep 60 & echo $!; wait")) {
			shell.readProcess();
			ProcessId earlier = new ProcessId(shell.id().pid(), shell.id().startTime() - 1);
			assertThat(ProcessTree.of(List.of(earlier)).descendants()).isEmpty();
		}
	}

	@Test
	void ancestorOfThisProcessHasNoneThatEndWithIt() {
		ProcessId parent = ProcessId.find(ProcessHandle.current().parent().orElseThrow().pid()).orElseThrow();
		assertThat(ProcessTree.of(List.of(parent)).descendants()).isEmpty();
	}

}
