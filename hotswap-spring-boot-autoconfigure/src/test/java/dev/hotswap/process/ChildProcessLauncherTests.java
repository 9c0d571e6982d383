package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ChildProcessLauncher}.
 */
@Timeout(60)
class ChildProcessLauncherTests {

	private final ChildProcessLauncher launcher = new ChildProcessLauncher();

	@TempDir
	private Path directory;

	@Test
	void processHasTheDirectoryAndExactlyTheEnvironment() throws Exception {
		LaunchedProcess process = launch("/usr/bin/env > environment; pwd -P > directory", Map.of("A", "b c", "D", ""));
		assertThat(exitOf(process)).isZero();
		assertThat(Files.readAllLines(this.directory.resolve("environment"))
			.stream()
			.filter((line) -> !line.matches("(PWD|OLDPWD|SHLVL|_)=.*"))).containsExactlyInAnyOrder("A=b c", "D=");
		assertThat(Files.readString(this.directory.resolve("directory")).trim())
			.isEqualTo(this.directory.toRealPath().toString());
	}

	@Test
	void inheritedAndChangedVariablesArriveAsRequested() throws Exception {
		Map<String, String> environment = new HashMap<>(System.getenv());
		environment.remove("HOME");
		environment.put("PATH", environment.get("PATH") + ":/added");
		LaunchedProcess process = launch("echo \"${HOME-unset} $PATH\" > result", environment);
		assertThat(exitOf(process)).isZero();
		assertThat(Files.readString(this.directory.resolve("result")).trim())
			.isEqualTo("unset " + environment.get("PATH"));
	}

	@Test
	void exitStatusIsReported() throws Exception {
		assertThat(exitOf(launch("exit 14", Map.of()))).isEqualTo(14);
	}

	@Test
	void processHasAnIdUnderWhichItCanBeEnded() throws Exception {
		LaunchedProcess process = launch("exec sleep 60", System.getenv());
		assertThat(process.id()).isNotEqualTo(ProcessId.current());
		assertThat(process.id().isDead()).isFalse();
		ProcessFence.fence(process.id(), Duration.ZERO, Duration.ofSeconds(10));
		assertThat(exitOf(process)).isEqualTo(128 + 15);
		assertThat(process.id().isDead()).isTrue();
	}

	@Test
	void completingTheFutureDoesNotTouchTheNext() throws Exception {
		LaunchedProcess process = launch("exec sleep 60", System.getenv());
		process.onExit().complete(99);
		assertThat(process.onExit()).isNotDone();
		ProcessFence.fence(process.id(), Duration.ZERO, Duration.ZERO);
		assertThat(exitOf(process)).isEqualTo(128 + 9);
	}

	@Test
	void missingExecutableIsAnErrorThatNamesIt() {
		LaunchRequest request = new LaunchRequest(new CommandLine(List.of("/nonexistent/java")), this.directory,
				Map.of());
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.launcher.launch(request))
			.withMessageContaining("/nonexistent/java");
	}

	@Test
	void missingDirectoryIsAnErrorThatNamesIt() {
		LaunchRequest request = new LaunchRequest(new CommandLine(List.of("true")), this.directory.resolve("no"),
				Map.of());
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.launcher.launch(request))
			.withMessageContaining("working directory")
			.withMessageContaining(this.directory.resolve("no").toString());
	}

	@Test
	void textThatTheLocaleCannotEncodeIsRefusedRatherThanChanged() {
		String unpaired = "\ud800";
		LaunchRequest words = new LaunchRequest(new CommandLine(List.of("true", unpaired)), this.directory, Map.of());
		LaunchRequest variable = new LaunchRequest(new CommandLine(List.of("true")), this.directory,
				Map.of("A", unpaired));
		for (LaunchRequest request : List.of(words, variable)) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.launcher.launch(request))
				.withMessageContaining("LC_ALL=C.UTF-8");
		}
	}

	private LaunchedProcess launch(String script, Map<String, String> environment) throws IOException {
		return this.launcher
			.launch(new LaunchRequest(new CommandLine(List.of("/bin/sh", "-c", script)), this.directory, environment));
	}

	private static int exitOf(LaunchedProcess process) throws Exception {
		return process.onExit().get(30, TimeUnit.SECONDS);
	}

}
