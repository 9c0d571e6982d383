package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link GentleLauncher}. What it takes for a JVM is a script of that name.
 */
@Timeout(60)
class GentleLauncherTests {

	private static final String REPORT = "chrt -p $$ > result; echo \"${" + GentleStart.VARIABLE
			+ "-unset}\" >> result; ";

	private final GentleLauncher launcher = new GentleLauncher(new ChildProcessLauncher());

	@TempDir
	private Path directory;

	@Test
	void javaHasTheIdlePolicyAndKnowsIt() throws Exception {
		GentleStartTests.assumeThatItIsPermitted();
		for (String executable : List.of("./java", script("java", REPORT).toString())) {
			assertThat(run(executable)).contains("SCHED_IDLE").endsWith("true");
		}
	}

	@Test
	void anotherProgramIsLaunchedAsUsualSinceItMayStartMoreThanThatOneProcess() throws Exception {
		script("start.sh", REPORT);
		assertThat(run("./start.sh")).contains("SCHED_OTHER").endsWith("unset");
	}

	@Test
	void processThatDoesNotTakeCareOfItselfGoesBack() throws Exception {
		GentleStartTests.assumeThatItIsPermitted();
		script("java", "exec sleep 60");
		LaunchedProcess process = launch("./java");
		try {
			await().untilAsserted(
					() -> assertThat(GentleStartTests.policies(process.id().pid())).containsEntry("sleep", "5"));
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(
						() -> assertThat(GentleStartTests.policies(process.id().pid())).containsEntry("sleep", "0"));
		}
		finally {
			ProcessFence.fence(process.id(), Duration.ZERO, Duration.ZERO);
		}
	}

	@Test
	void missingExecutableIsTheErrorThatItIsOtherwise() {
		for (String executable : List.of("/nonexistent/java", "./java")) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> launch(executable))
				.withMessageContaining(executable);
		}
	}

	private String run(String executable) throws Exception {
		Path result = this.directory.resolve("result");
		Files.deleteIfExists(result);
		assertThat(launch(executable).onExit().get(30, TimeUnit.SECONDS)).isZero();
		return Files.readString(result).trim();
	}

	private LaunchedProcess launch(String executable) throws IOException {
		return this.launcher
			.launch(new LaunchRequest(new CommandLine(List.of(executable)), this.directory, System.getenv()));
	}

	private Path script(String name, String commands) throws IOException {
		Path script = Files.writeString(this.directory.resolve(name), "#!/bin/sh\n" + commands + "\n");
		return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
	}

}
