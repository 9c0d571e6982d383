package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link NiceLauncher}.
 */
@Timeout(60)
class NiceLauncherTests {

	private final NiceLauncher launcher = new NiceLauncher(new ChildProcessLauncher(), 7);

	@TempDir
	private Path directory;

	@Test
	void processHasTheHigherValueAndKnowsTheUsualOne() throws Exception {
		int usual = NiceValue.ofThisProcess();
		assumeTrue(NiceValueTests.mayGoBackTo(usual), "the nice value cannot be lowered here");
		assertThat(run("sh", System.getenv("PATH"))).isEqualTo(Math.min(usual + 7, 19) + " " + usual);
	}

	@Test
	void processHasTheUsualValueWhereItCouldNotGoBack() throws Exception {
		int usual = NiceValue.ofThisProcess();
		NiceLauncher launcher = new NiceLauncher(new ChildProcessLauncher(), 7,
				(nice) -> List.of("sh", "-c", "exit 1"));
		assertThat(run(launcher, "sh", System.getenv("PATH"))).isEqualTo(usual + " unset");
	}

	@Test
	void processHasTheUsualValueWhereThereIsNoProgramToRaiseIt() throws Exception {
		int usual = NiceValue.ofThisProcess();
		NiceLauncher launcher = new NiceLauncher(new ChildProcessLauncher(), 7,
				(nice) -> List.of("/nonexistent/renice"));
		assertThat(run(launcher, "/bin/sh", System.getenv("PATH"))).isEqualTo(usual + " unset");
	}

	@Test
	void missingExecutableIsTheErrorThatItIsWithoutANiceValue() {
		for (String executable : List.of("/nonexistent/java", "./nonexistent", "no-such-program")) {
			LaunchRequest request = new LaunchRequest(new CommandLine(List.of(executable)), this.directory,
					System.getenv());
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.launcher.launch(request))
				.withMessageContaining(executable);
		}
	}

	private String run(String shell, String path) throws Exception {
		return run(this.launcher, shell, path);
	}

	private String run(NiceLauncher launcher, String shell, String path) throws Exception {
		LaunchedProcess process = launcher.launch(new LaunchRequest(
				new CommandLine(List.of(shell, "-c", "echo \"$(nice) ${" + NiceValue.VARIABLE + "-unset}\" > result")),
				this.directory, Map.of("PATH", path)));
		assertThat(process.onExit().get(30, TimeUnit.SECONDS)).isZero();
		return Files.readString(this.directory.resolve("result")).trim();
	}

}
