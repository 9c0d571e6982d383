package dev.hotswap.control;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

import dev.hotswap.control.ControlServer.Claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ControlServer}, {@link ControlClient} and {@link ControlLock}.
 */
class ControlServerTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration SHORT = Duration.ofMillis(200);

	@TempDir
	private Path temporary;

	private ControlPath path;

	private long before;

	private final RecordingHandler server = new RecordingHandler();

	private final RecordingHandler client = new RecordingHandler();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	@BeforeEach
	void countDescriptors() throws IOException {
		AFUNIXSocket.newInstance().close();
		// The JDK's first close of a channel opens a socket that it keeps
		ServerSocketChannel.open().close();
		this.path = new ControlPath(this.temporary.resolve("c/a.sock"));
		this.before = ControlConnectionTests.descriptors();
	}

	@AfterEach
	void noDescriptorAndNoThreadIsLeft() {
		this.threads.shutdownNow();
		Awaitility.await().atMost(TIMEOUT).untilAsserted(() -> {
			assertThat(ControlConnectionTests.descriptors()).isEqualTo(this.before);
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("hotswap-control"));
		});
	}

	@Test
	void socketIsTheOwnersAndUnlinkedAtTheEnd() throws Exception {
		ControlServer bound = bind(Claim.IF_FREE);
		assertThat(bound.isOwner()).isTrue();
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.path.socket())))
			.isEqualTo("rw-------");
		bound.close();
		bound.close();
		assertThat(bound.isOwner()).isFalse();
		assertThat(this.path.socket()).doesNotExist();
		assertThat(this.path.lock()).exists();
	}

	@Test
	void closeLeavesEstablishedConnectionsAlone() throws Exception {
		ControlServer bound = bind(Claim.IF_FREE);
		ControlConnection connection = ControlClient.connect(this.path, TIMEOUT, this.client);
		connection.send(Message.of(MessageType.HELLO).build());
		this.server.next();
		bound.close();
		this.server.connection().send(Message.of(MessageType.OFFER).build());
		assertThat(this.client.next().type()).isEqualTo(MessageType.OFFER);
		connection.close();
	}

	@Test
	void pathOfALiveOwnerIsInUse() throws Exception {
		try (ControlServer bound = bind(Claim.IF_FREE)) {
			assertThatExceptionOfType(ControlPathInUseException.class).isThrownBy(() -> bind(Claim.IF_FREE))
				.satisfies((ex) -> assertThat(ex.pid()).isEqualTo(ProcessHandle.current().pid()));
			assertThat(bound.isOwner()).isTrue();
		}
	}

	@Test
	void stalePathIsReplaced() throws Exception {
		leaveStalePath();
		try (ControlServer bound = bind(Claim.IF_FREE)) {
			assertThat(bound.isOwner()).isTrue();
			ControlClient.connect(this.path, TIMEOUT, this.client).close();
		}
	}

	@Test
	void fileAtThePathIsLeftAlone() throws Exception {
		this.path.prepare();
		Files.writeString(this.path.socket(), "precious");
		for (Claim claim : Claim.values()) {
			assertThatExceptionOfType(ControlPathException.class).isThrownBy(() -> bind(claim))
				.withMessageContaining("is not a socket");
		}
		assertThat(this.path.socket()).hasContent("precious");
	}

	@Test
	void exactlyOneOfManyTakesAStalePath() throws Exception {
		for (int round = 0; round < 20; round++) {
			leaveStalePath();
			int starters = 4;
			CyclicBarrier start = new CyclicBarrier(starters);
			Callable<ControlServer> starter = () -> {
				start.await();
				return bind(Claim.IF_FREE);
			};
			List<ControlServer> winners = new ArrayList<>();
			List<Throwable> losers = new ArrayList<>();
			for (Future<ControlServer> future : this.threads.invokeAll(Collections.nCopies(starters, starter))) {
				try {
					winners.add(future.get());
				}
				catch (ExecutionException ex) {
					losers.add(ex.getCause());
				}
			}
			assertThat(winners).singleElement().matches(ControlServer::isOwner);
			assertThat(losers).hasSize(starters - 1).allMatch(ControlPathInUseException.class::isInstance);
			winners.get(0).close();
		}
	}

	@Test
	void replaceTakesThePathAndTheFirstOwnerLeavesItAlone() throws Exception {
		RecordingHandler second = new RecordingHandler();
		try (ControlServer first = bind(Claim.IF_FREE);
				ControlServer taker = ControlServer.bind(this.path, Claim.REPLACE, TIMEOUT, second)) {
			assertThat(first.isOwner()).isFalse();
			assertThat(taker.isOwner()).isTrue();
			first.close();
			assertThat(taker.isOwner()).isTrue();
			ControlConnection connection = ControlClient.connect(this.path, TIMEOUT, this.client);
			connection.send(Message.of(MessageType.HELLO).build());
			assertThat(second.next().type()).isEqualTo(MessageType.HELLO);
			connection.close();
		}
	}

	@Test
	void clientWaitsForWhoIsAboutToBind() throws Exception {
		this.path.prepare();
		Future<ControlConnection> connecting;
		AFUNIXServerSocket late = AFUNIXServerSocket.newInstance();
		try (late) {
			try (ControlLock binder = ControlLock.exclusive(this.path, TIMEOUT)) {
				connecting = this.threads.submit(() -> ControlClient.connect(this.path, TIMEOUT, this.client));
				Awaitility.await().during(SHORT).atMost(TIMEOUT).until(() -> !connecting.isDone());
				late.setReuseAddress(false);
				late.setDeleteOnClose(false);
				late.bind(AFUNIXSocketAddress.of(this.path.socket()));
			}
			connecting.get(10, TimeUnit.SECONDS).close();
			late.accept().close();
		}
	}

	@Test
	void clientThatWaitedInVainFindsNobody() throws Exception {
		this.path.prepare();
		Future<ControlConnection> connecting;
		try (ControlLock binder = ControlLock.exclusive(this.path, TIMEOUT)) {
			connecting = this.threads.submit(() -> ControlClient.connect(this.path, TIMEOUT, this.client));
			Awaitility.await().during(SHORT).atMost(TIMEOUT).until(() -> !connecting.isDone());
		}
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> connecting.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(NoInstanceException.class);
	}

	@Test
	void clientsThatConnectWhileThePathIsReplacedSucceed() throws Exception {
		ControlServer bound = ControlServer.bind(this.path, Claim.IF_FREE, TIMEOUT, anyNumber());
		Future<Integer> connects = this.threads.submit(() -> {
			int count = 0;
			while (!Thread.currentThread().isInterrupted() && count < 300) {
				ControlClient.connect(this.path, TIMEOUT, anyNumber()).close();
				count++;
			}
			return count;
		});
		int replaced = 0;
		while (!connects.isDone()) {
			ControlServer next = ControlServer.bind(this.path, Claim.REPLACE, TIMEOUT, anyNumber());
			bound.close();
			bound = next;
			replaced++;
		}
		bound.close();
		assertThat(connects.get()).isEqualTo(300);
		assertThat(replaced).isGreaterThan(5);
	}

	@Test
	void clientFindsNobody() throws Exception {
		assertNoInstance();
		this.path.prepare();
		assertNoInstance();
		leaveStalePath();
		assertNoInstance();
		bind(Claim.IF_FREE).close();
		assertNoInstance();
	}

	@Test
	void lockThatAnotherProcessKeepsIsNamed() throws Exception {
		this.path.prepare();
		// The JVM's own table of locks stands in for another process
		try (FileChannel channel = FileChannel.open(this.path.lock(), StandardOpenOption.CREATE,
				StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
			assertThat(lock.isValid()).isTrue();
			assertThatExceptionOfType(ControlPathException.class)
				.isThrownBy(() -> ControlServer.bind(this.path, Claim.IF_FREE, SHORT, this.server))
				.withMessageContaining(this.path.lock().toString());
		}
	}

	@Test
	void connectionsBeyondTheLimitAreClosed() throws Exception {
		List<ControlConnection> connections = new ArrayList<>();
		try (ControlServer bound = ControlServer.bind(this.path, Claim.IF_FREE, TIMEOUT, anyNumber())) {
			for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
				connections.add(ControlClient.connect(this.path, TIMEOUT, anyNumber()));
			}
			ControlClient.connect(this.path, TIMEOUT, this.client);
			this.client.end();
			assertThat(connections).allMatch(ControlConnection::isOpen);
			connections.forEach(ControlConnection::close);
			// There is room again
			Awaitility.await().atMost(TIMEOUT).untilAsserted(() -> {
				RecordingHandler again = new RecordingHandler();
				ControlConnection connection = ControlClient.connect(this.path, TIMEOUT, again);
				Awaitility.await().during(SHORT).atMost(TIMEOUT).until(() -> !again.hasEnded());
				connection.close();
			});
		}
	}

	@Test
	void processOfAnotherUserIsRefusedBeforeItsFrameIsRead() throws Exception {
		Assumptions.assumeTrue(Peer.ownUid() == 0, "only root can start a process as another user");
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "util-linux's setpriv is not there");
		try (ControlServer bound = bind(Claim.IF_FREE)) {
			// Let the other user through the folder: the credentials alone keep it out
			open(this.temporary, "rwx--x--x");
			open(this.path.folder(), "rwx--x--x");
			open(this.path.socket(), "rw-rw-rw-");
			Process process = new ProcessBuilder("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
					Path.of(System.getProperty("java.home"), "bin", "java").toString(), foreignClient().toString(),
					this.path.socket().toString())
				.redirectErrorStream(true)
				.start();
			String output = new String(process.getInputStream().readAllBytes());
			assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
			assertThat(output.strip()).isEqualTo("refused");
			assertThat(this.server.connection).isNotDone();
			open(this.path.folder(), "rwx------");
		}
	}

	/**
	 * A program of one file that sends a frame and tells what becomes of it.
	 */
	private Path foreignClient() throws IOException {
		Path program = Files.writeString(this.temporary.resolve("ForeignClient.java"), """
				import java.io.IOException;
				import java.net.UnixDomainSocketAddress;
				import java.nio.ByteBuffer;
				import java.nio.channels.SocketChannel;

				class ForeignClient {

					public static void main(String[] arguments) throws IOException {
						UnixDomainSocketAddress address = UnixDomainSocketAddress.of(arguments[0]);
						try (SocketChannel channel = SocketChannel.open(address)) {
							System.out.println(isAnswered(channel) ? "answered" : "refused");
						}
					}

					private static boolean isAnswered(SocketChannel channel) {
						try {
							ByteBuffer hello = ByteBuffer.allocate(16).putInt(12).put((byte) 0).putShort((short) 0);
							channel.write(hello.putInt(5).put("HELLO".getBytes()).flip());
							return channel.read(ByteBuffer.allocate(1)) >= 0;
						}
						catch (IOException ex) {
							return false;
						}
					}

				}
				""");
		open(program, "rw-r--r--");
		return program;
	}

	private static void open(Path path, String mode) throws IOException {
		Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
	}

	private ControlServer bind(Claim claim) throws IOException {
		return ControlServer.bind(this.path, claim, TIMEOUT, this.server);
	}

	private void assertNoInstance() {
		assertThatExceptionOfType(NoInstanceException.class)
			.isThrownBy(() -> ControlClient.connect(this.path, TIMEOUT, this.client))
			.withMessageContaining(this.path.socket().toString());
	}

	private void leaveStalePath() throws IOException {
		this.path.prepare();
		try (AFUNIXServerSocket stale = AFUNIXServerSocket.newInstance()) {
			stale.setReuseAddress(false);
			stale.setDeleteOnClose(false);
			stale.bind(AFUNIXSocketAddress.of(this.path.socket()));
		}
		assertThat(this.path.socket()).exists();
	}

	private static ControlHandler anyNumber() {
		return new ControlHandler() {

			@Override
			public void onMessage(ControlConnection connection, Message message) {
				message.close();
			}

			@Override
			public void onEnd(ControlConnection connection, Exception cause) {
			}

		};
	}

}
