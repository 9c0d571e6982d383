package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.MavenProject;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample's profile {@code netty}, which this build does not package: a copy of the
 * sample, so that the jar of this build stays as it is.
 */
class SampleProfileTests {

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	@Test
	void nettyProfileBuildsASampleThatServesOnReactorNetty() throws Exception {
		Path sample = Objects.requireNonNull(SampleJar.packaged().toAbsolutePath().getParent()).getParent();
		Path folder = Files.createDirectories(this.sandbox.folder().resolve("project"));
		Files.copy(sample.resolve("pom.xml"), folder.resolve("pom.xml"));
		FileSystemUtils.copyRecursively(sample.resolve("src"), folder.resolve("src"));
		MavenProject project = new MavenProject(folder);
		project.configure(this.sandbox.folder().resolve("repository"));
		Tool maven = project.run(Platform.own().jdk(), Map.of(), "mvn -Pnetty package");
		assertThat(maven.status()).as(maven.output()).isZero();
		App app = this.sandbox.app(Platform.own()).jar(packaged(folder)).start().awaitServing();
		assertThat(app.output()).contains("Netty started on port").doesNotContain("Tomcat");
	}

	private static Path packaged(Path folder) throws IOException {
		try (Stream<Path> files = Files.list(folder.resolve("target"))) {
			return files.filter((file) -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
		}
	}

}
