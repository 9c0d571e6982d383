package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import dev.hotswap.it.harness.Container;
import dev.hotswap.it.harness.Tool;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documentation's {@code hotswap-init} as PID 1, with shells for generations.
 */
class ContainerInitTests {

	private static final Path INIT = Path.of("../docs/examples/hotswap-init").toAbsolutePath().normalize();

	/** Become the active process, as the PID file's lock file says it. */
	private static final String ACTIVE = "echo $$@1 >$HOTSWAP_PIDFILE.lock\n";

	@TempDir
	private Path folder;

	@BeforeEach
	void namespacesArePossible() throws Exception {
		Assumptions.assumeTrue(Container.isPossible(), "PID namespaces need root and unshare(1)");
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "perl is not installed");
		// By its name the init knows a generation
		Files.createSymbolicLink(this.folder.resolve("java"), Path.of("/bin/sh"));
	}

	@Test
	void startThatFailsEndsTheContainerWithItsStatus() throws Exception {
		assertThat(run("exit 3").status()).isEqualTo(3);
	}

	@Test
	void commandThatIsNotThereEndsTheContainer() throws Exception {
		Tool tool = Tool.run(this.folder, Map.of(), Container.command(INIT.toString(), "/not-there"));
		assertThat(tool.status()).isEqualTo(127);
		assertThat(tool.output()).contains("/not-there");
	}

	@Test
	void killedProcessEndsTheContainerAsAShellShowsIt() throws Exception {
		assertThat(run(ACTIVE + "kill -KILL $$").status()).isEqualTo(128 + 9);
	}

	@Test
	void statusIsThatOfTheLastGeneration() throws Exception {
		generation("successor", ACTIVE + """
				while kill -0 $1 2>/dev/null; do sleep 0.01; done
				exit 7""");
		assertThat(run(ACTIVE + """
				java successor $$ &
				while read owner <$HOTSWAP_PIDFILE.lock && [ "$owner" = $$@1 ]; do sleep 0.01; done
				exit 0""").status()).isEqualTo(7);
	}

	@Test
	void olderGenerationThatEndsLastIsWaitedForAndItsStatusIgnored() throws Exception {
		generation("second", """
				java third $$ &
				exit 0""");
		generation("third", ACTIVE + """
				while kill -0 $1 2>/dev/null; do sleep 0.01; done
				exit 7""");
		Tool tool = run(ACTIVE + """
				java second &
				while read owner <$HOTSWAP_PIDFILE.lock && [ "$owner" = $$@1 ]; do sleep 0.01; done
				while kill -0 ${owner%@1} 2>/dev/null; do sleep 0.01; done
				echo drained
				exit 0""");
		assertThat(tool.output()).contains("drained");
		assertThat(tool.status()).isEqualTo(7);
	}

	@Test
	void helperThatTheApplicationLeavesDoesNotKeepTheContainer() throws Exception {
		Tool tool = run("sleep 60 & exit 4");
		assertThat(tool.status()).isEqualTo(4);
		assertThat(tool.took().toSeconds()).isLessThan(30);
	}

	@Test
	void whatAnEarlierContainerLeftIsForgotten() throws Exception {
		Path lock = Files.writeString(this.folder.resolve("app.pid.lock"), "1@1\n");
		assertThat(run("exit 5").status()).isEqualTo(5);
		assertThat(lock).doesNotExist();
	}

	@Test
	void refusesToBeAnythingButPid1() throws Exception {
		Tool tool = Tool.run(this.folder, Map.of(), INIT.toString(), "true");
		assertThat(tool.status()).isNotZero();
		assertThat(tool.output()).contains("not PID 1");
	}

	private Tool run(String script) throws Exception {
		generation("first", script);
		return Tool.run(this.folder,
				Map.of("PATH", this.folder + ":" + System.getenv("PATH"), "HOTSWAP_PIDFILE", this.folder + "/app.pid"),
				Container.command(INIT.toString(), "java", "first"));
	}

	private void generation(String name, String script) throws Exception {
		Files.writeString(this.folder.resolve(name), script + "\n");
	}

}
