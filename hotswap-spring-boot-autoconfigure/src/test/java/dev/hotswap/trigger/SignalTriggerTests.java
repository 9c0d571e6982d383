package dev.hotswap.trigger;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sun.misc.Signal;
import sun.misc.SignalHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SignalTrigger}, with signals that this process sends to itself. A
 * handler of the test's own is installed first, since the default action of these signals
 * would end the process.
 */
class SignalTriggerTests {

	private static final Map<String, String> USR2_FREE = Map.of("_JAVA_SR_SIGNUM", "40");

	private final BlockingQueue<String> mine = new LinkedBlockingQueue<>();

	private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

	private final SignalTrigger trigger = new SignalTrigger(Map.of());

	private SignalHandler formerUsr1;

	private SignalHandler formerWinch;

	@BeforeEach
	void protect() {
		this.formerUsr1 = Signal.handle(new Signal("USR1"), (signal) -> this.mine.add(signal.getName()));
		this.formerWinch = Signal.handle(new Signal("WINCH"), (signal) -> this.mine.add(signal.getName()));
	}

	@AfterEach
	void restore() {
		Signal.handle(new Signal("USR1"), this.formerUsr1);
		Signal.handle(new Signal("WINCH"), this.formerWinch);
	}

	@Test
	void signalIsHeard() throws Exception {
		this.trigger.install("USR1");
		this.trigger.listen(this.heard::add);
		kill("USR1");
		assertThat(next(this.heard)).isEqualTo("USR1");
		kill("USR1");
		assertThat(next(this.heard)).isEqualTo("USR1");
		assertThat(this.mine).isEmpty();
	}

	@Test
	void signalIsIgnoredUntilSomebodyListens() throws Exception {
		this.trigger.install("USR1");
		kill("USR1");
		awaitAllHandled();
		this.trigger.listen(this.heard::add);
		kill("USR1");
		assertThat(next(this.heard)).isEqualTo("USR1");
		awaitAllHandled();
		assertThat(this.heard).isEmpty();
	}

	@Test
	void signalThatWasReplacedIsIgnored() throws Exception {
		this.trigger.install("USR1");
		this.trigger.install("WINCH");
		this.trigger.listen(this.heard::add);
		kill("USR1");
		kill("WINCH");
		assertThat(next(this.heard)).isEqualTo("WINCH");
		assertThat(this.heard).isEmpty();
		assertThat(this.mine).isEmpty();
	}

	@Test
	void uninstallPutsBackEverySignal() throws Exception {
		this.trigger.install("USR1");
		this.trigger.install("WINCH");
		this.trigger.listen(this.heard::add);
		this.trigger.uninstall();
		kill("USR1");
		assertThat(next(this.mine)).isEqualTo("USR1");
		kill("WINCH");
		assertThat(next(this.mine)).isEqualTo("WINCH");
		assertThat(this.heard).isEmpty();
	}

	@Test
	void uninstallWithoutInstallChangesNothing() throws Exception {
		this.trigger.uninstall();
		kill("USR1");
		assertThat(next(this.mine)).isEqualTo("USR1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "SEGV", "KILL", "STOP", "QUIT" })
	void signalThatTheJvmRefusesIsRefused(String name) {
		assertThatExceptionOfType(SignalUnavailableException.class).isThrownBy(() -> this.trigger.install(name))
			.withMessageContaining("'" + name + "'")
			.withMessageContaining("already used");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "NOPE", "usr1", "SIGUSR1", "40" })
	void unknownSignalIsRefused(String name) {
		assertThatExceptionOfType(SignalUnavailableException.class).isThrownBy(() -> this.trigger.install(name))
			.withMessageContaining("'" + name + "'")
			.withMessageContaining("Unknown signal");
	}

	@ParameterizedTest
	@ValueSource(strings = { "TERM", "INT" })
	void signalThatStopsTheServiceIsRefused(String name) {
		assertThatExceptionOfType(SignalUnavailableException.class).isThrownBy(() -> this.trigger.install(name))
			.withMessageContaining("stops the process");
	}

	@ParameterizedTest
	@ValueSource(strings = { "CHLD", "PIPE", "BUS", "TRAP", "XFSZ" })
	void signalThatComesByItselfIsRefused(String name) {
		assertThatExceptionOfType(SignalUnavailableException.class).isThrownBy(() -> this.trigger.install(name));
	}

	@Test
	void usr2IsRefusedWhileTheJvmUsesIt() {
		assertThatExceptionOfType(SignalUnavailableException.class).isThrownBy(() -> this.trigger.install("USR2"))
			.withMessageContaining("_JAVA_SR_SIGNUM=40");
	}

	@Test
	void usr2IsFreeWhereTheJvmUsesAnother() {
		SignalTrigger trigger = new SignalTrigger(USR2_FREE);
		trigger.install("USR2");
		trigger.uninstall();
	}

	@Test
	void refusedSignalLeavesTheInstalledOne() throws Exception {
		this.trigger.install("USR1");
		this.trigger.listen(this.heard::add);
		assertThatExceptionOfType(SignalUnavailableException.class).isThrownBy(() -> this.trigger.install("SEGV"));
		kill("USR1");
		assertThat(next(this.heard)).isEqualTo("USR1");
	}

	/**
	 * The JVM hands signals out in the order of their numbers, each on a thread of its
	 * own: once the second has been handled, the first has at least begun; so this looks
	 * at the thread, too.
	 */
	private void awaitAllHandled() throws Exception {
		kill("WINCH");
		assertThat(next(this.mine)).isEqualTo("WINCH");
		for (Thread thread : Thread.getAllStackTraces().keySet()) {
			if (thread.getName().startsWith("SIGUSR1 handler")) {
				thread.join(TimeUnit.SECONDS.toMillis(10));
			}
		}
	}

	private static void kill(String name) throws IOException, InterruptedException {
		Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(ProcessHandle.current().pid())).inheritIO()
			.start();
		assertThat(kill.waitFor()).isZero();
	}

	private static String next(BlockingQueue<String> signals) throws InterruptedException {
		return signals.poll(10, TimeUnit.SECONDS);
	}

}
