package dev.hotswap.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ProcessFence}.
 */
@Timeout(60)
class ProcessFenceTests {

	private static final Duration NONE = Duration.ZERO;

	private static final Duration SHORT = Duration.ofMillis(50);

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final int TERM = 128 + 15;

	private static final int KILL = 128 + 9;

	@Test
	void termIsEnoughForProcessThatHeedsIt() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			ProcessFence.fence(shell.id(), NONE, LONG);
			assertThat(shell.process().waitFor()).isEqualTo(TERM);
		}
	}

	@Test
	void processThatIgnoresTermIsKilled() throws Exception {
		try (ShellProcess shell = new ShellProcess("trap '' TERM; echo ready; while :; do read line; done")) {
			assertThat(shell.readLine()).isEqualTo("ready");
			ProcessId id = shell.id();
			ProcessFence.fence(id, NONE, SHORT);
			assertThat(id.isDead()).isTrue();
			assertThat(shell.process().waitFor()).isEqualTo(KILL);
		}
	}

	@Test
	void stoppedProcessIsKilled() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			shell.stop();
			ProcessFence.fence(shell.id(), NONE, SHORT);
			assertThat(shell.process().waitFor()).isEqualTo(KILL);
		}
	}

	@Test
	void withoutTermGraceTheProcessGetsKillAtOnce() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			ProcessFence.fence(shell.id(), NONE, NONE);
			assertThat(shell.process().waitFor()).isEqualTo(KILL);
		}
	}

	@Test
	void processThatEndsWithinTheGraceIsNotSignalled() throws Exception {
		try (ShellProcess shell = new ShellProcess("read line; exit 7")) {
			ProcessId id = shell.id();
			CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> close(shell.process().getOutputStream()));
			ProcessFence.fence(id, LONG, LONG, (process, force) -> {
				throw new AssertionError("Signalled");
			}, LONG);
			ended.join();
			assertThat(shell.process().waitFor()).isEqualTo(7);
		}
	}

	@Test
	void deadProcessReturnsAtOnce() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			ProcessId id = shell.id();
			shell.process().destroyForcibly().waitFor();
			long start = System.nanoTime();
			ProcessFence.fence(id, LONG, LONG);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		}
	}

	@Test
	void zombieReturnsAtOnce() throws Exception {
		try (ShellProcess parent = ShellProcess.withChildThatIsNotReaped()) {
			ProcessId child = parent.readProcess();
			ProcessFence.fence(child, NONE, NONE);
			assertThat(ProcessId.find(child.pid())).contains(child);
			ProcessFence.fence(child, LONG, LONG);
		}
	}

	@Test
	void processThatGotTheSamePidLaterIsNotSignalled() throws Exception {
		try (ShellProcess shell = new ShellProcess("read line; exit 7")) {
			ProcessId earlier = new ProcessId(shell.id().pid(), shell.id().startTime() - 1);
			ProcessFence.fence(earlier, NONE, NONE);
			shell.process().getOutputStream().close();
			assertThat(shell.process().waitFor()).isEqualTo(7);
		}
	}

	@Test
	void processThatCannotBeSignalledIsAnError() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> ProcessFence.fence(shell.id(), NONE, NONE, (process, force) -> false, LONG))
				.withMessageContaining(shell.id().toString())
				.withMessageContaining("could not be signalled");
		}
	}

	@Test
	void processThatDiesBeforeTheSignalIsNoError() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			ProcessFence.fence(shell.id(), NONE, NONE, (process, force) -> {
				shell.process().destroyForcibly();
				assertThat(process.pid()).isEqualTo(shell.process().pid());
				shell.process().onExit().join();
				return false;
			}, LONG);
			assertThat(shell.process().isAlive()).isFalse();
		}
	}

	@Test
	void processThatOutlivesKillIsAnError() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> ProcessFence.fence(shell.id(), NONE, NONE, (process, force) -> true, SHORT))
				.withMessageContaining("not dead");
		}
	}

	@Test
	void ownProcessIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> ProcessFence.fence(ProcessId.current(), NONE, NONE))
			.withMessageContaining("itself");
	}

	private static void close(OutputStream stream) {
		try {
			stream.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
