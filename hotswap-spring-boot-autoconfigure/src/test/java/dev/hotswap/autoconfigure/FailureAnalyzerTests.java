package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.hotswap.FailureCode;
import dev.hotswap.control.ControlPathInUseException;
import dev.hotswap.handoff.HandoffFailedException;
import dev.hotswap.process.PidFile;
import dev.hotswap.process.PidFileException;
import dev.hotswap.trigger.SignalTrigger;
import dev.hotswap.trigger.SignalUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for the failure analyzers, as Boot finds them: what is wrong, and what to do.
 */
class FailureAnalyzerTests {

	private static final Path SOCKET = Path.of("/tmp/hotswap-1000/any-8080.sock");

	private final ConfigurableEnvironment environment = new StandardEnvironment();

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	@Test
	void controlSocketThatCannotBeUsed() {
		FailureAnalysis analysis = analyze(new ControlSocketFailedException(SOCKET,
				new IOException("The control socket's folder /tmp/hotswap-1000 is open to other users")));
		assertThat(analysis.getDescription()).contains(SOCKET.toString(), "is open to other users");
		assertThat(analysis.getAction()).contains("hotswap.control.socket", "0700", "hotswap.enabled=false");
	}

	@Test
	void instanceThatRunsAlready() {
		FailureAnalysis analysis = analyze(
				new InstanceRunningException(SOCKET, inUse("Process 4711 listens on " + SOCKET)));
		assertThat(analysis.getDescription()).contains(SOCKET.toString(), "4711");
		assertThat(analysis.getAction()).contains("--hotswap.takeover", "server.port", "hotswap.instance");
	}

	@Test
	void pidFileThatCannotBeUsed() {
		FailureAnalysis analysis = analyze(new PidFileFailedException(
				catchThrowableOfType(PidFileException.class, () -> new PidFile(Path.of("/none/shop.pid")).claim())));
		assertThat(analysis.getDescription()).contains("/none does not exist");
		assertThat(analysis.getAction()).contains("hotswap.pid-file", "--hotswap.takeover");
	}

	@ParameterizedTest
	@ValueSource(strings = { "SEGV", "TERM", "NOPE", "USR2" })
	void signalThatCannotBeUsed(String signal) {
		FailureAnalysis analysis = analyze(catchThrowableOfType(SignalUnavailableException.class,
				() -> new SignalTrigger(Map.of()).install(signal)));
		assertThat(analysis.getDescription()).contains("'" + signal + "'");
		assertThat(analysis.getAction()).contains("hotswap.signal", "'auto'", "'none'", "USR1");
	}

	@ParameterizedTest
	@EnumSource(FailureCode.class)
	void takeoverThatFailed(FailureCode code) {
		FailureAnalysis analysis = analyze(takeoverFailed(code, "It went wrong."));
		assertThat(analysis.getDescription()).contains("(" + code.code() + ")", "It went wrong.");
		assertThat(analysis.getAction()).isNotBlank();
	}

	@ParameterizedTest
	@CsvSource({ "BUSY, has ended", "OTHER_APPLICATION, hotswap.application", "LAUNCH, what the description says",
			"PREDECESSOR_UNREACHABLE, running process logs", "REFUSED, serves on" })
	void takeoverThatFailedHasItsOwnAction(FailureCode code, String action) {
		assertThat(analyze(takeoverFailed(code, "It went wrong.")).getAction()).contains(action);
	}

	@ParameterizedTest
	@EnumSource(FailureCode.class)
	void takeoverThatFailedExitsWithItsCode(FailureCode code) {
		assertThat(takeoverFailed(code, "It went wrong.").getExitCode()).isEqualTo(code.exitStatus());
	}

	@Test
	void portInUseAlthoughNobodyWasThereToTakeOver() {
		properties("hotswap.takeover=true", "hotswap.control.socket=" + SOCKET);
		FailureAnalysis analysis = analyze(new PortInUseException(8080));
		assertThat(analysis.getDescription()).contains("8080", SOCKET.toString());
		assertThat(analysis.getAction()).contains("hotswap.enabled", "hotswap.instance", "hotswap.control.socket",
				"server.port");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a=b", "hotswap.takeover=false", "hotswap.takeover=true,hotswap.enabled=false",
			"hotswap.takeover=true,server.port=0" })
	void portInUseWithoutATakeoverIsBoots(String properties) {
		properties(properties.split(","));
		assertThat(analyze(new PortInUseException(8080))).isNull();
	}

	@Test
	void portInUseIsBootsWhereSomebodyWasThere() {
		properties("hotswap.takeover=true", "hotswap.control.socket=" + SOCKET);
		assertThat(analyze(new PortInUseException(8081), new SuccessorFailedException())).isNull();
	}

	@Test
	void anotherFailureIsNotExplained() {
		properties("hotswap.takeover=true");
		assertThat(analyze(new IllegalStateException("something else"))).isNull();
	}

	private FailureAnalysis analyze(Throwable failure, Throwable... suppressed) {
		Throwable asBootSeesIt = new IllegalStateException("The application did not start", failure);
		List.of(suppressed).forEach(asBootSeesIt::addSuppressed);
		List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class,
					ArgumentResolver.of(Environment.class, this.environment).and(BeanFactory.class, this.beanFactory),
					FailureHandler.handleMessage((message, ignored) -> {
						// Analyzers for classes that are not there
						assertThat(message.get()).doesNotContain("hotswap");
					}));
		List<FailureAnalysis> analyses = analyzers.stream()
			.filter((analyzer) -> analyzer.getClass().getPackage().equals(getClass().getPackage()))
			.map((analyzer) -> analyzer.analyze(asBootSeesIt))
			.filter((analysis) -> analysis != null)
			.toList();
		assertThat(analyses).hasSizeLessThan(2);
		return analyses.isEmpty() ? null : analyses.get(0);
	}

	private void properties(String... properties) {
		TestPropertyValues.of(properties).applyTo(this.environment);
	}

	private static TakeoverFailedException takeoverFailed(FailureCode code, String message) {
		HandoffFailedException cause = mock(HandoffFailedException.class);
		given(cause.code()).willReturn(code);
		given(cause.getMessage()).willReturn(message);
		return new TakeoverFailedException(cause);
	}

	private static ControlPathInUseException inUse(String message) {
		ControlPathInUseException cause = mock(ControlPathInUseException.class);
		given(cause.getMessage()).willReturn(message);
		return cause;
	}

}
