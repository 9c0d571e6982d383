package dev.hotswap.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator can get wrong, and the message that says what to do.
 */
@OnPlatforms(Choice.ONE)
class BadInputTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	BadInputTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void takeoverOfAnotherApplicationsPort() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		App other = this.sandbox.app(this.platform)
			.port(app.port())
			.property("spring.application.name", "another")
			.takeover()
			.start();
		assertThat(other.awaitExit()).isEqualTo(12);
		assertThat(other.output()).contains("another").contains("fixture").contains("hotswap.application");
		assertThat(app.servingPid()).isEqualTo(app.pid());
	}

	@Test
	void controlFolderOfSomeoneElse() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("hotswap.control.socket", foreignFolder().resolve("x.sock"))
			.start();
		assertThat(app.awaitExit()).isOne();
		assertThat(app.output()).contains(foreignFolder().toString())
			.contains("hotswap.control.socket")
			.contains("own");
	}

	@Test
	void controlFolderThatIsOpenToOthers() throws Exception {
		Path folder = Files.createDirectory(this.sandbox.folder().resolve("open"));
		Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
		App app = this.sandbox.app(this.platform).property("hotswap.control.socket", folder.resolve("x.sock")).start();
		assertThat(app.awaitExit()).isOne();
		assertThat(app.output()).contains(folder.toString()).contains("0700");
	}

	@Test
	void controlPathThatIsTooLongForASocket() throws Exception {
		Path path = this.sandbox.folder().resolve("x".repeat(120)).resolve("x.sock");
		App app = this.sandbox.app(this.platform).property("hotswap.control.socket", path).start();
		assertThat(app.awaitExit()).isOne();
		assertThat(app.output()).contains(path.toString()).contains("hotswap.control.socket").contains("bytes");
	}

	@Test
	void signalThatTheVirtualMachineRefuses() throws Exception {
		App app = this.sandbox.app(this.platform).property("hotswap.signal", "SEGV").start();
		assertThat(app.awaitExit()).isOne();
		assertThat(app.output()).contains("hotswap.signal").contains("SEGV");
	}

	@Test
	void portOfAForeignProcess() throws Exception {
		try (ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			App app = this.sandbox.app(this.platform).port(foreign.getLocalPort()).takeover().start();
			assertThat(app.awaitExit()).isOne();
			assertThat(app.output()).contains("127.0.0.1-" + foreign.getLocalPort() + ".sock")
				.contains("hotswap.control.socket");
		}
	}

	@Test
	void takeoverWithoutAnInstanceStartsAsUsual() throws Exception {
		App app = this.sandbox.app(this.platform).takeover().start().awaitServing();
		assertThat(app.status().path("generation").asInt()).isOne();
		assertThat(app.status().path("role").asString()).isEqualTo("ACTIVE");
	}

	@Test
	void randomPortSwitchesTheStarterOff() throws Exception {
		App app = this.sandbox.app(this.platform).port(0).start();
		app.awaitOutput("Started FixtureApplication");
		assertThat(app.output().lines()).filteredOn((line) -> line.contains("server.port"))
			.singleElement()
			.asString()
			.contains("hotswap.control.socket");
	}

	@Test
	void listenerOfTheApplicationsOwnRefusesTheHandoff() throws Exception {
		int port = Ports.free();
		App app = this.sandbox.app(this.platform).property("fixture.listener-port", port).start().awaitServing();
		app.signalHandoff(app.pid());
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("code").asString()).isEqualTo("refused");
		assertThat(handoff.path("stage").asString()).isEqualTo("PRECHECK");
		assertThat(handoff.path("to").isNull()).isTrue();
		assertThat(handoff.path("message").asString()).contains(Integer.toString(port))
			.contains("hotswap.launch.ignore-listeners");
		assertThat(this.sandbox.living()).containsExactly(app.pid());
	}

	@Test
	void listenerOfTheApplicationsOwnMayStayBehindWhenToldSo() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("fixture.listener-port", 0)
			.property("hotswap.launch.ignore-listeners", "*")
			.start()
			.awaitServing();
		assertThat(app.handOver().exitStatus()).hasValue(0);
	}

	/**
	 * A folder that belongs to another user than the one that runs the tests.
	 */
	private Path foreignFolder() throws IOException {
		Path own = this.sandbox.folder().resolve("foreign");
		if (Files.exists(own)) {
			return own;
		}
		Path system = Path.of("/usr");
		if (!Files.getOwner(system).equals(Files.getOwner(this.sandbox.folder()))) {
			return system;
		}
		Files.createDirectory(own);
		Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
		Files.setAttribute(own, "unix:uid", 65534);
		return own;
	}

}
