package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Sandbox} and {@link Subreaper}, with small processes.
 */
class SandboxTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final Sandbox sandbox = new Sandbox();

	@Test
	void learnsHowAGrandchildEndedWhoseParentHasGone() throws Exception {
		long grandchild = orphan("sleep 0.2; exit 7");
		assertThat(this.sandbox.subreaper().awaitExit(grandchild, TIMEOUT)).isEqualTo(OptionalInt.of(7));
		this.sandbox.close();
	}

	@Test
	void learnsThatAGrandchildWasKilled() throws Exception {
		long grandchild = orphan("exec sleep 100");
		this.sandbox.subreaper().kill(grandchild);
		assertThat(this.sandbox.subreaper().awaitExit(grandchild, TIMEOUT)).isEqualTo(OptionalInt.of(128 + 9));
		this.sandbox.close();
	}

	@Test
	void leavesTheExitOfChildrenToTheJdk() throws Exception {
		Process process = new ProcessBuilder("sh", "-c", "exit 5").start();
		this.sandbox.subreaper().register(process);
		assertThat(this.sandbox.subreaper().awaitExit(process.pid(), TIMEOUT)).isEqualTo(OptionalInt.of(5));
		assertThat(process.exitValue()).isEqualTo(5);
	}

	@Test
	void saysWhatLivesOn() throws Exception {
		long grandchild = orphan("exec sleep 100");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.sandbox.subreaper().awaitExit(grandchild, Duration.ofMillis(50)))
			.withMessageContaining("sleep[" + grandchild);
		this.sandbox.subreaper().kill(grandchild);
		this.sandbox.close();
	}

	@Test
	void failsAndKillsWhenAProcessIsLeft() throws Exception {
		long grandchild = orphan("exec sleep 100");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.sandbox::close)
			.withMessageContaining("1 processes behind 0 addresses");
		assertThat(ProcessTable.find(grandchild)).isEmpty();
	}

	@Test
	void failsWhenASocketFileIsLeft() throws Exception {
		Files.createFile(this.sandbox.temporaryFolder().resolve("x.sock"));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(this.sandbox::close).withMessageContaining("x.sock");
		assertThat(this.sandbox.living()).isEmpty();
	}

	/**
	 * Start a process that belongs to the sandbox and whose parent exits at once.
	 */
	private long orphan(String script) throws IOException, InterruptedException {
		Path pidFile = this.sandbox.folder().resolve("pid");
		ProcessBuilder builder = new ProcessBuilder("sh", "-c", "sh -c '" + script + "' & echo $! > " + pidFile);
		this.sandbox.mark(builder);
		assertThat(builder.start().waitFor(10, TimeUnit.SECONDS)).isTrue();
		long pid = Long.parseLong(Files.readString(pidFile).trim());
		await().atMost(TIMEOUT)
			.until(() -> ProcessTable.find(pid)
				.filter((entry) -> entry.parent() == ProcessHandle.current().pid())
				.isPresent());
		return pid;
	}

}
