package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ProcessId}.
 */
@Timeout(60)
class ProcessIdTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@Test
	void currentIsThisProcessAndAlive() {
		ProcessId current = ProcessId.current();
		assertThat(current.pid()).isEqualTo(ProcessHandle.current().pid());
		assertThat(current.isDead()).isFalse();
		assertThat(ProcessId.find(current.pid())).contains(current);
	}

	@Test
	void anotherStartTimeIsAnotherProcessThatIsDead() {
		ProcessId current = ProcessId.current();
		assertThat(new ProcessId(current.pid(), current.startTime() - 1).isDead()).isTrue();
		assertThat(new ProcessId(current.pid(), current.startTime() + 1).isDead()).isTrue();
	}

	@Test
	void endedAndReapedProcessIsDeadAndNotFound() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			ProcessId id = shell.id();
			assertThat(id.awaitDeath(Duration.ofMillis(5))).isFalse();
			shell.process().destroyForcibly().waitFor();
			assertThat(id.isDead()).isTrue();
			assertThat(id.awaitDeath(Duration.ZERO)).isTrue();
			assertThat(ProcessId.find(id.pid())).isEmpty();
		}
	}

	@Test
	void zombieOfAnotherParentIsDead() throws Exception {
		try (ShellProcess parent = ShellProcess.withChildThatIsNotReaped()) {
			ProcessId child = parent.readProcess();
			assertThat(child.isDead()).isFalse();
			ProcessHandle handle = ProcessHandle.of(child.pid()).orElseThrow();
			handle.destroyForcibly();
			assertThat(child.awaitDeath(LONG)).isTrue();
			assertThat(Files.readString(Path.of("/proc/" + child.pid() + "/stat"))).contains(") Z ");
			assertThat(handle.isAlive()).isTrue();
		}
	}

	@Test
	void stoppedProcessIsNotDead() throws Exception {
		try (ShellProcess shell = new ShellProcess("exec sleep 60")) {
			shell.stop();
			assertThat(shell.id().isDead()).isFalse();
		}
	}

	@Test
	void programWithBlanksAndParenthesesInItsNameIsReadRight(@TempDir Path directory) throws Exception {
		Path program = directory.resolve("a) Z 1 (");
		Files.copy(Path.of("/bin/sleep"), program);
		Process process = new ProcessBuilder(program.toString(), "60").start();
		try {
			ProcessId id = ProcessId.find(process.pid()).orElseThrow();
			assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/comm"))).isEqualTo("a) Z 1 (\n");
			assertThat(id.isDead()).isFalse();
			assertThat(id.startTime()).isGreaterThanOrEqualTo(ProcessId.current().startTime());
		}
		finally {
			process.destroyForcibly().waitFor();
		}
	}

	@ParameterizedTest
	@CsvSource({ "S, 1, false", "R, 40, false", "D, 1, false", "T, 1, false", "Z, 1, true", "Z, 2, false",
			"X, 1, true" })
	void zombieHasEndedOnlyWithItsLastThread(char state, int threads, boolean ended) throws IOException {
		ProcessId.ProcessStat stat = ProcessId.ProcessStat
			.parse("7 (x) R (y)) %s 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 %d 0 162907 %s 5 0\n".formatted(state, threads,
					"0 ".repeat(18).trim()));
		assertThat(stat).isEqualTo(new ProcessId.ProcessStat(state, threads, 162907, 5));
		assertThat(stat.hasEnded()).isEqualTo(ended);
	}

	@Test
	void truncatedStatIsAnError() {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> ProcessId.ProcessStat.parse("7 (x) R 1 1"));
	}

	@Test
	void textRoundTrips() {
		ProcessId id = new ProcessId(4711, 123456);
		assertThat(id).hasToString("4711@123456");
		assertThat(ProcessId.parse("4711@123456")).isEqualTo(id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "4711", "@", "4711@", "@1", "a@b", "1@2@3" })
	void otherTextIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> ProcessId.parse(text))
			.withMessageContaining("4711@123456");
	}

}
