package dev.hotswap.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.newsclub.net.unix.AFUNIXSocketAddress;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ServiceManager}, with a real datagram socket at the other end.
 */
@Timeout(60)
class ServiceManagerTests {

	private static final long PID = 4711;

	@TempDir
	private Path folder;

	@Test
	void tellsASocketWithAPath() throws IOException {
		Path path = this.folder.resolve("notify");
		try (NotifySocket socket = NotifySocket.open(AFUNIXSocketAddress.of(path))) {
			ServiceManager manager = manager(path.toString());
			manager.tell("READY=1", "STATUS=all\nis well");
			manager.tell("STOPPING=1");
			await().untilAsserted(
					() -> assertThat(socket.messages()).containsExactly("READY=1 STATUS=all is well", "STOPPING=1"));
		}
	}

	@Test
	void tellsASocketInTheAbstractNamespace() throws IOException {
		String name = "hotswap-test-" + UUID.randomUUID();
		try (NotifySocket socket = NotifySocket.open(AFUNIXSocketAddress.inAbstractNamespace(name))) {
			manager("@" + name).tell("READY=1");
			await().untilAsserted(() -> assertThat(socket.messages()).containsExactly("READY=1"));
		}
	}

	@Test
	void namesALivingProcessBeforeItNamesTheMainProcessAgain() throws IOException {
		Path path = this.folder.resolve("notify");
		try (NotifySocket socket = NotifySocket.open(AFUNIXSocketAddress.of(path))) {
			manager(path.toString()).renewMainProcess();
			await().until(() -> socket.messages().size() == 2);
			assertThat(socket.messages().get(1)).isEqualTo("MAINPID=" + PID);
			ProcessHandle other = ProcessHandle
				.of(Long.parseLong(socket.messages().get(0).substring("MAINPID=".length())))
				.orElseThrow();
			assertThat(ProcessHandle.current().children()).contains(other);
			assertThat(other.isAlive()).isTrue();
			other.destroyForcibly();
		}
	}

	@Test
	void storesAListenerThatStillAccepts() throws IOException {
		Path path = this.folder.resolve("notify");
		try (NotifySocket socket = NotifySocket.open(AFUNIXSocketAddress.of(path))) {
			InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
			try (ServerSocketChannel channel = ServerSocketChannel.open().bind(address);
					Descriptor descriptor = ChannelDescriptors.export(channel)) {
				address = (InetSocketAddress) channel.getLocalAddress();
				manager(path.toString()).store("hotswap.server", descriptor);
			}
			await()
				.untilAsserted(() -> assertThat(socket.messages()).containsExactly("FDSTORE=1 FDNAME=hotswap.server"));
			try (ServerSocketChannel kept = ChannelDescriptors.adoptServer(socket.descriptors().remove(0));
					Socket client = new Socket(address.getAddress(), address.getPort())) {
				kept.configureBlocking(true);
				try (Socket accepted = kept.socket().accept()) {
					assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
				}
			}
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void missingSocketIsLoggedOnce(CapturedOutput output) {
		ServiceManager manager = manager(this.folder.resolve("nobody").toString());
		manager.tell("READY=1");
		manager.tell("STOPPING=1");
		assertThat(output.toString()).containsOnlyOnce("could not be notified");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void managerThatIsStoppedDoesNotHoldUpTheService(CapturedOutput output) throws IOException {
		Path path = this.folder.resolve("notify");
		try (NotifySocket socket = NotifySocket.bind(AFUNIXSocketAddress.of(path))) {
			assertThat(socket.messages()).isEmpty();
			ServiceManager manager = manager(path.toString());
			long start = System.nanoTime();
			// The kernel's queue has net.unix.max_dgram_qlen places, and memory for so
			// many
			for (int i = 0; i < 100_000 && !output.toString().contains("could not be notified"); i++) {
				manager.tell("STATUS=" + i);
			}
			assertThat(output.toString()).contains("could not be notified");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "@", "relative/path", "vsock:2:1234" })
	void withoutAUsableSocketThereIsNoManager(String socket) {
		assertThat(ServiceManager.find(Map.of("NOTIFY_SOCKET", socket), PID)).isEmpty();
		assertThat(ServiceManager.find(Map.of(), PID)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "2000000, 4711, 2000", "2000000, , 2000", "2000000, 1, ", ", 4711, ", "0, , ", "often, , " })
	void watchdogConcernsThisProcessUnlessItNamesAnother(String micros, String pid, Long millis) {
		Map<String, String> environment = new java.util.HashMap<>(Map.of("NOTIFY_SOCKET", "/run/x"));
		if (micros != null) {
			environment.put("WATCHDOG_USEC", micros);
		}
		if (pid != null) {
			environment.put("WATCHDOG_PID", pid);
		}
		assertThat(ServiceManager.find(environment, PID).orElseThrow().watchdogTimeout())
			.isEqualTo((millis != null) ? Duration.ofMillis(millis) : null);
	}

	@ParameterizedTest
	@CsvSource({ "512, true", "0, false", "x, false" })
	void thereIsAStoreWhereTheManagerSaysSo(String size, boolean stores) {
		assertThat(ServiceManager.find(Map.of("NOTIFY_SOCKET", "/run/x", "FDSTORE", size), PID)
			.orElseThrow()
			.storesDescriptors()).isEqualTo(stores);
	}

	private static ServiceManager manager(String socket) {
		return ServiceManager.find(Map.of("NOTIFY_SOCKET", socket), PID).orElseThrow();
	}

}
