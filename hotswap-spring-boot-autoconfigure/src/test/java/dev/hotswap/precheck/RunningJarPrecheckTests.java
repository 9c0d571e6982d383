package dev.hotswap.precheck;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.hotswap.HandoffTrigger;
import dev.hotswap.release.ReleaseVerification;
import dev.hotswap.release.Releases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RunningJarPrecheck}.
 */
class RunningJarPrecheckTests {

	@Test
	void overwrittenJarRefusesALaunchAndNoTakeover(@TempDir Path folder) throws Exception {
		Path jar = Files.writeString(folder.resolve("app.jar"), "one");
		RunningJarPrecheck precheck = new RunningJarPrecheck(running(jar));
		assertThat(precheck.refuse(HandoffTrigger.SIGNAL)).isNull();
		Files.writeString(jar, "another one");
		assertThat(precheck.refuse(HandoffTrigger.SIGNAL)).contains(jar.toString());
		assertThat(precheck.refuse(HandoffTrigger.TAKEOVER)).isNull();
	}

	private static Releases running(Path jar) {
		String classPath = System.setProperty("java.class.path", jar.toString());
		try {
			return Releases.ofThisProcess(null, ReleaseVerification.SHA256, 3);
		}
		finally {
			System.setProperty("java.class.path", classPath);
		}
	}

}
