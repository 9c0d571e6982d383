package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

import dev.hotswap.FailureCode;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.release.Releases;
import dev.hotswap.trigger.SignalUnavailableException;
import dev.hotswap.web.tomcat.HandoffNioProtocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.SpringProperties;
import org.springframework.core.io.support.PropertiesLoaderUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link HotswapRunListener} and {@link Applicability}, with applications that
 * run as Boot runs them.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class HotswapRunListenerTests {

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	@TempDir
	private Path folder;

	private Path socket() {
		return this.folder.resolve("c").resolve("x.sock");
	}

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void applicationOnTomcatCanBeHandedOver(CapturedOutput output) {
		ConfigurableApplicationContext context = run("hotswap.control.socket=" + socket(),
				"spring.application.name=shop");
		HandoffStatus status = context.getBean(Handoff.class).status();
		assertThat(status.role()).isEqualTo(Role.ACTIVE);
		assertThat(status.generation()).isEqualTo(1);
		assertThat(status.application()).isEqualTo("shop");
		assertThat(status.listeners()).extracting(HandoffStatus.Listener::name).containsExactly("server");
		assertThat(protocol(context)).isEqualTo(HandoffNioProtocol.class);
		assertThat(socket()).exists();
		assertThat(output).contains("SIGUSR1 starts a handoff");
		context.close();
		assertThat(socket()).doesNotExist();
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.main.lazy-initialization=true", "spring.threads.virtual.enabled=true" })
	void applicationTakesPartHoweverBootRunsIt(String property) {
		ConfigurableApplicationContext context = run("hotswap.control.socket=" + socket(), property);
		HandoffStatus status = context.getBean(Handoff.class).status();
		assertThat(status.role()).isEqualTo(Role.ACTIVE);
		assertThat(status.listeners()).extracting(HandoffStatus.Listener::name).containsExactly("server");
		assertThat(protocol(context)).isEqualTo(HandoffNioProtocol.class);
	}

	@Test
	void restartOfDevtoolsIsNotHeldUpByADrain() throws IOException {
		Properties devtools = PropertiesLoaderUtils.loadAllProperties("META-INF/spring-devtools.properties",
				Handoff.class.getClassLoader());
		assertThat(devtools).containsEntry("defaults.server.shutdown", "immediate");
	}

	@Test
	void switchedOffTheApplicationIsPlainBoot(CapturedOutput output) {
		assertOff(run("hotswap.control.socket=" + socket(), "hotswap.enabled=false"));
		assertThat(output).containsOnlyOnce("Hotswap is off: hotswap.enabled is false");
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.port=0", "server.port=-1" })
	void withoutAKnownPortTheApplicationIsPlainBoot(String port, CapturedOutput output) {
		ConfigurableApplicationContext context = run(port);
		assertThat(context.getBeanProvider(Handoff.class).getIfAvailable()).isNull();
		assertThat(output).contains("Hotswap is off: server.port", "hotswap.control.socket");
	}

	@Test
	void withoutAWebServerItStaysOut(CapturedOutput output) {
		SpringApplication application = application("hotswap.control.socket=" + socket());
		application.setWebApplicationType(WebApplicationType.NONE);
		ConfigurableApplicationContext context = run(application);
		assertThat(context.getBeanProvider(Handoff.class).getIfAvailable()).isNull();
		assertThat(socket()).doesNotExist();
		assertThat(output).contains("Hotswap is off: the application has no web server");
	}

	@Test
	void whileProcessedAheadOfTimeItStaysOut(CapturedOutput output) {
		SpringProperties.setFlag(AbstractAotProcessor.AOT_PROCESSING);
		try {
			SpringApplication application = application("hotswap.control.socket=" + socket(), "server.port=0");
			application.setMainApplicationClass(HotswapRunListenerTests.class);
			assertOff(run(application));
			assertThat(output).contains("Hotswap is off: the application is being processed ahead of time");
		}
		finally {
			SpringProperties.setProperty(AbstractAotProcessor.AOT_PROCESSING, null);
		}
	}

	@Test
	void trainingRunBesideTheRunningInstanceTakesNothing(CapturedOutput output) {
		ConfigurableApplicationContext running = run("hotswap.control.socket=" + socket());
		SpringProperties.setProperty(DefaultLifecycleProcessor.EXIT_PROPERTY_NAME,
				DefaultLifecycleProcessor.ON_REFRESH_VALUE);
		try {
			ConfigurableApplicationContext training = run("hotswap.control.socket=" + socket(), "hotswap.takeover=true",
					"hotswap.pid-file=" + this.folder.resolve("pid"));
			assertThat(protocol(training)).isEqualTo(HandoffNioProtocol.class);
			training.close();
		}
		finally {
			SpringProperties.setProperty(DefaultLifecycleProcessor.EXIT_PROPERTY_NAME, null);
		}
		assertThat(output).contains("This is a training run");
		assertThat(this.folder.resolve("pid")).doesNotExist();
		assertThat(socket()).exists();
		assertThat(running.getBean(Handoff.class).status().role()).isEqualTo(Role.ACTIVE);
		assertThat(running.getBean(Handoff.class).status().handoff()).isNull();
	}

	@Test
	void withAnotherWebServerItStaysOut() {
		try (ServletWebServerApplicationContext context = new ServletWebServerApplicationContext()) {
			assertThat(Applicability.reasonAgainst(context, new HotswapProperties())).isEmpty();
			context.setClassLoader(new FilteredClassLoader(ConfigurableTomcatWebServerFactory.class));
			assertThat(Applicability.reasonAgainst(context, new HotswapProperties())).isEmpty();
			context.setClassLoader(new FilteredClassLoader(ConfigurableTomcatWebServerFactory.class,
					NettyReactiveWebServerFactory.class));
			assertThat(Applicability.reasonAgainst(context, new HotswapProperties()))
				.hasValueSatisfying((reason) -> assertThat(reason).contains("Tomcat", "Reactor Netty"));
		}
	}

	@Test
	void secondInstanceIsRefusedAndTheFirstServesOn() {
		ConfigurableApplicationContext first = run("hotswap.control.socket=" + socket());
		assertThatExceptionOfType(InstanceRunningException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + socket()))
			.withMessageContaining(socket().toString());
		assertThat(socket()).exists();
		assertThat(first.getBean(Handoff.class).status().role()).isEqualTo(Role.ACTIVE);
	}

	@Test
	void takeoverOfAnotherApplicationIsRefusedWithItsExitStatus() {
		ConfigurableApplicationContext first = run("hotswap.control.socket=" + socket(), "hotswap.application=shop");
		await().until(() -> first.getBean(Handoff.class).status().handoff() == null);
		assertThatExceptionOfType(TakeoverFailedException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + socket(), "hotswap.application=bank",
					"hotswap.takeover=true"))
			.satisfies((failed) -> assertThat(failed.code()).isEqualTo(FailureCode.OTHER_APPLICATION))
			.satisfies((failed) -> assertThat(failed.getExitCode()).isEqualTo(12))
			.withMessageContaining("shop")
			.withMessageContaining("bank");
		assertThat(first.getBean(Handoff.class).status().role()).isEqualTo(Role.ACTIVE);
	}

	@Test
	void takeoverOfNobodyStartsAsUsual(CapturedOutput output) {
		ConfigurableApplicationContext context = run("hotswap.control.socket=" + socket(), "hotswap.takeover=true");
		assertThat(context.getBean(Handoff.class).status().generation()).isEqualTo(1);
		assertThat(output).contains("there is no instance to take over");
	}

	@Test
	void bareTakeoverArgumentMeansTrue(CapturedOutput output) {
		this.contexts.add(application("hotswap.control.socket=" + socket()).run("--hotswap.takeover"));
		assertThat(output).contains("there is no instance to take over");
	}

	@Test
	void portOfAForeignProcessIsExplainedToATakeover(CapturedOutput output) throws IOException {
		try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run("hotswap.control.socket=" + socket(),
					"hotswap.takeover=true", "server.address=127.0.0.1", "server.port=" + foreign.getLocalPort()));
			assertThat(output).contains("Port " + foreign.getLocalPort() + " is in use, but nobody answers on")
				.contains(socket().toString());
		}
	}

	@Test
	void pidFileNamesTheProcess() {
		Path pidFile = this.folder.resolve("shop.pid");
		run("hotswap.control.socket=" + socket(), "hotswap.pid-file=" + pidFile);
		assertThat(pidFile).hasContent(ProcessHandle.current().pid() + "\n");
	}

	@Test
	void pidFileOfALiveProcessIsExplainedAndLeftAlone(CapturedOutput output) throws IOException {
		Path pidFile = Files.writeString(this.folder.resolve("shop.pid"), "1\n");
		assertThatExceptionOfType(PidFileFailedException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + socket(), "hotswap.pid-file=" + pidFile));
		assertThat(output).contains("names the process 1, which is running", "set hotswap.pid-file to another path");
		assertThat(pidFile).hasContent("1\n");
		assertThat(socket()).doesNotExist();
	}

	@Test
	void pidFileInAMissingFolderIsExplained(CapturedOutput output) {
		Path pidFile = this.folder.resolve("none/shop.pid");
		assertThatExceptionOfType(PidFileFailedException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + socket(), "hotswap.pid-file=" + pidFile));
		assertThat(output).contains("none does not exist", "set hotswap.pid-file to another path");
	}

	@Test
	void applicationThatFailsToStartLeavesNoPidFile() {
		Path pidFile = this.folder.resolve("shop.pid");
		SpringApplication application = application("hotswap.control.socket=" + socket(),
				"hotswap.pid-file=" + pidFile);
		application.addInitializers((context) -> context.addBeanFactoryPostProcessor((beanFactory) -> {
			assertThat(pidFile).exists();
			throw new IllegalStateException("no database");
		}));
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> run(application))
			.withMessage("no database");
		assertThat(pidFile).doesNotExist();
	}

	@Test
	void releasesAreKnownToBeans() {
		Releases releases = run("hotswap.control.socket=" + socket(), "hotswap.release.directory=" + this.folder)
			.getBean(Releases.class);
		assertThat(releases.store().directory()).isEqualTo(this.folder);
		assertThat(releases.running()).isNull();
	}

	@Test
	void folderThatOthersCanEnterIsExplained(CapturedOutput output) throws IOException {
		Path open = Files.createDirectory(this.folder.resolve("open"));
		Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
		assertThatExceptionOfType(ControlSocketFailedException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + open.resolve("x.sock")));
		assertThat(output).contains("chmod 700 " + open);
	}

	@Test
	void pathThatIsTooLongIsExplained(CapturedOutput output) {
		Path tooLong = this.folder.resolve("x".repeat(120));
		assertThatExceptionOfType(ControlSocketFailedException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + tooLong));
		assertThat(output).contains("shorter path");
	}

	@ParameterizedTest
	@ValueSource(strings = { "SEGV", "SIGTERM", "nope", "usr2" })
	void signalThatCannotBeUsedIsExplained(String signal, CapturedOutput output) {
		assertThatExceptionOfType(SignalUnavailableException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + socket(), "hotswap.signal=" + signal));
		assertThat(output).contains("Set hotswap.signal to 'auto'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "WINCH", "sigwinch", " AUTO " })
	void signalCanBeNamedInAnyCase(String signal) {
		assertThat(run("hotswap.control.socket=" + socket(), "hotswap.signal=" + signal).getBean(Handoff.class))
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "hotswap.ready-timeout|0s", "hotswap.connections.idle-timeout|-1s",
			"hotswap.connections.active-warning|0s", "hotswap.drain.timeout|-1s", "hotswap.drain.standby|-1s",
			"hotswap.drain.spread|soon", "hotswap.drain.announce-delay|-5s", "hotswap.drain.max-generations|0",
			"hotswap.warm-up.concurrency|0", "hotswap.warm-up.duration|-1s", "hotswap.warm-up.requests|POST /orders",
			"hotswap.launch.jvm-options|-jar", "hotswap.launch.ignore-listeners|70000", "hotswap.release.keep|0",
			"hotswap.release.verify|md5", "hotswap.instance|a/b", "hotswap.takeover|perhaps", "hotswap.enabled|perhaps",
			"hotswap.prechecks.disk.required|a lot" })
	void valueThatMakesNoSenseIsExplained(String property, String value, CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> run("hotswap.control.socket=" + socket(), property + "=" + value));
		assertThat(output).contains("APPLICATION FAILED TO START", property, value, "eason:", "Action:")
			.doesNotContain("Application run failed");
		assertThat(socket()).doesNotExist();
	}

	@Test
	void applicationThatFailsToStartLeavesNothing() throws IOException {
		SpringApplication application = application("hotswap.control.socket=" + socket());
		application.addInitializers((context) -> context.addBeanFactoryPostProcessor((beanFactory) -> {
			throw new IllegalStateException("no database");
		}));
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> run(application))
			.withMessage("no database");
		try (Stream<Path> files = Files.list(socket().getParent())) {
			assertThat(files).containsExactly(socket().resolveSibling("x.sock.lock"));
		}
	}

	private void assertOff(ConfigurableApplicationContext context) {
		assertThat(context.getBeanProvider(Handoff.class).getIfAvailable()).isNull();
		assertThat(protocol(context)).isEqualTo(Http11NioProtocol.class);
		assertThat(socket().getParent()).doesNotExist();
	}

	private static Class<?> protocol(ConfigurableApplicationContext context) {
		TomcatWebServer server = (TomcatWebServer) ((WebServerApplicationContext) context).getWebServer();
		return server.getTomcat().getConnector().getProtocolHandler().getClass();
	}

	private ConfigurableApplicationContext run(String... properties) {
		return run(application(properties));
	}

	private ConfigurableApplicationContext run(SpringApplication application) {
		ConfigurableApplicationContext context = application.run();
		this.contexts.add(context);
		return context;
	}

	/** On a random port, unless a property says otherwise. */
	private static SpringApplication application(String... properties) {
		SpringApplication application = new SpringApplication(TomcatApplication.class);
		List<String> arguments = new ArrayList<>(List.of("server.port=0"));
		arguments.addAll(List.of(properties));
		application.setDefaultProperties(arguments.stream()
			.map((property) -> property.split("=", 2))
			.collect(java.util.stream.Collectors.toMap((parts) -> parts[0], (parts) -> parts[1],
					(first, second) -> second)));
		return application;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, HotswapAutoConfiguration.class,
			HotswapTomcatAutoConfiguration.class })
	static class TomcatApplication {

	}

}
