package dev.hotswap.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import dev.hotswap.watch.ConfigurationFiles;
import dev.hotswap.watch.ConfigurationFolder;
import dev.hotswap.watch.ConfigurationLocation;
import dev.hotswap.watch.ConfigurationTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfigDataLocations} and {@link ConfigDataRecorder}.
 */
class ConfigDataLocationsTests {

	private static final Set<String> NAMES = Set.of("application");

	private static final Set<String> EXTENSIONS = Set.of("yml", "properties");

	private final ConfigDataLocations locations = new ConfigDataLocations(NAMES, EXTENSIONS);

	@Test
	void foldersHoldFilesOfTheConfiguredNames() {
		assertThat(find("optional:file:./;optional:file:./config/;optional:file:./config/*/"))
			.containsExactly(folder("", false), folder("config", false), folder("config", true));
		assertThat(find("file:/etc/shop/"))
			.containsExactly(new ConfigurationFolder(Path.of("/etc/shop"), false, NAMES, EXTENSIONS));
		assertThat(find("/etc/shop/")).isEqualTo(find("file:///etc/shop/")).isEqualTo(find("file:/etc/./shop/"));
	}

	@Test
	void filesHaveNamesOfTheirOwn() {
		assertThat(find("optional:file:/etc/shop/extra.yml"))
			.containsExactly(new ConfigurationFolder(Path.of("/etc/shop"), false, Set.of("extra"), Set.of("yml")));
		assertThat(find("file:/etc/shop/extra[.yaml]"))
			.containsExactly(new ConfigurationFolder(Path.of("/etc/shop"), false, Set.of("extra"), Set.of("")));
		assertThat(find("file:/etc/shop/extra.properties[encoding=utf-8]")).containsExactly(
				new ConfigurationFolder(Path.of("/etc/shop"), false, Set.of("extra"), Set.of("properties")));
	}

	@Test
	void filesOfEachSubfolder() {
		assertThat(find("file:/etc/shop/*/extra.yml"))
			.containsExactly(new ConfigurationFolder(Path.of("/etc/shop"), true, Set.of("extra"), Set.of("yml")));
	}

	@Test
	void trees() {
		assertThat(find("optional:configtree:/etc/config/"))
			.containsExactly(new ConfigurationTree(Path.of("/etc/config"), false));
		assertThat(find("configtree:/etc/config/*/"))
			.containsExactly(new ConfigurationTree(Path.of("/etc/config"), true));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classpath:/", "optional:classpath:/config/", "https://example.org/a.yml", "env:CONFIG",
			"configserver:", "file:/etc/noextension" })
	void whatLiesInNoFileIsNotWatched(String location) {
		assertThat(find(location)).isEmpty();
	}

	@Test
	void whatBootReadsIsRecorded(@TempDir Path folder) throws Exception {
		Path directory = folder.toRealPath();
		Files.writeString(directory.resolve("application.yml"),
				"spring:\n  config:\n    import: optional:more/extra.yml, optional:configtree:" + directory
						+ "/tree/\n");
		ConfigurationFiles files = new ConfigurationFiles();
		SpringApplication application = new SpringApplication(Empty.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addBootstrapRegistryInitializer(
				(registry) -> registry.register(ConfigurationFiles.class, InstanceSupplier.of(files)));
		application.run("--spring.config.additional-location=file:" + directory + "/", "--spring.profiles.active=prod")
			.close();
		String before = files.revision();
		assertThat(before).isNotNull().isEqualTo(files.currentRevision());
		Files.writeString(directory.resolve("application-test.yml"), "a: 1");
		assertThat(files.currentRevision()).isEqualTo(before);
		for (String name : List.of("application-prod.yml", "more/extra.yml", "more/extra-prod.yml", "tree/key")) {
			String last = files.currentRevision();
			Path file = directory.resolve(name);
			Files.createDirectories(file.getParent());
			Files.writeString(file, "a: 1");
			assertThat(files.currentRevision()).as(name).isNotEqualTo(last);
		}
	}

	private List<ConfigurationLocation> find(String location) {
		return this.locations.find(ConfigDataLocation.of(location), null);
	}

	private static ConfigurationFolder folder(String path, boolean eachSubfolder) {
		return new ConfigurationFolder(Path.of(path).toAbsolutePath().normalize(), eachSubfolder, NAMES, EXTENSIONS);
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
