package dev.hotswap.autoconfigure;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.Ordered;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CommandEnvironmentPostProcessor}.
 */
class CommandEnvironmentPostProcessorTests {

	private final List<Integer> exits = new ArrayList<>();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	private WebApplicationType type = WebApplicationType.SERVLET;

	@TempDir
	private Path folder;

	@Test
	void isRegisteredAndComesLast() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
			.load(EnvironmentPostProcessor.class,
					SpringFactoriesLoader.FailureHandler.handleMessage((message, failure) -> {
						// Others want arguments
					})))
			.filteredOn(CommandEnvironmentPostProcessor.class::isInstance)
			.singleElement()
			.satisfies(
					(processor) -> assertThat(((Ordered) processor).getOrder()).isEqualTo(Ordered.LOWEST_PRECEDENCE));
	}

	@ParameterizedTest
	@ValueSource(strings = { "hotswap.enabled=true", "hotswap.command=", "hotswap.command-release=2" })
	void withoutACommandTheApplicationStarts(String property) {
		process(property);
		assertThat(this.exits).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "status", "handoff", "abort", "revert", " STATUS " })
	void commandWithoutAnInstanceEndsTheProcess(String command) {
		process("hotswap.command=" + command, "hotswap.control.socket=" + socket());
		assertThat(this.exits).containsExactly(18);
		assertThat(this.err.toString()).contains(socket().toString());
	}

	@Test
	void environmentVariablesAreBoundAsBootBindsThem() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
							Map.of("HOTSWAP_COMMAND", "status", "HOTSWAP_CONTROL_SOCKET", socket().toString(),
									"HOTSWAP_COMMANDUNTIL", "drained", "HOTSWAP_COMMANDRELEASE", "2")));
		process(environment);
		assertThat(this.exits).containsExactly(18);
		assertThat(this.err.toString()).contains(socket().toString());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "hotswap.command=start | not 'start'", "hotswap.enabled=false | hotswap.enabled is false",
					"server.port=0 | server.port is random", "hotswap.command-until=later | hotswap.command-until",
					"hotswap.instance=a/b | hotswap.instance" })
	void whatCannotWorkIsExplained(String property, String message) {
		process("hotswap.command=status", property);
		assertThat(this.exits).containsExactly(2);
		assertThat(this.err.toString()).startsWith("hotswap: ").contains(message).doesNotContain("\tat ");
	}

	@Test
	void bootstrapAndOtherContextsWithoutAServerAreNotMeant() {
		this.type = WebApplicationType.NONE;
		process("hotswap.command=status", "hotswap.control.socket=" + socket());
		assertThat(this.exits).isEmpty();
	}

	@Test
	void testsAreNotMeant() {
		process("hotswap.command=status", "hotswap.control.socket=" + socket(),
				"org.springframework.boot.test.context.SpringBootTestContextBootstrapper=true");
		assertThat(this.exits).isEmpty();
	}

	private Path socket() {
		return this.folder.resolve("c").resolve("x.sock");
	}

	private void process(String... properties) {
		Map<String, Object> map = new HashMap<>();
		for (String property : properties) {
			String[] parts = property.split("=", 2);
			map.put(parts[0], parts[1]);
		}
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", map));
		process(environment);
	}

	private void process(StandardEnvironment environment) {
		ConfigurationPropertySources.attach(environment);
		SpringApplication application = new SpringApplication(CommandEnvironmentPostProcessorTests.class);
		application.setWebApplicationType(this.type);
		new CommandEnvironmentPostProcessor(this.exits::add, System.out, new PrintStream(this.err, true))
			.postProcessEnvironment(environment, application);
	}

}
