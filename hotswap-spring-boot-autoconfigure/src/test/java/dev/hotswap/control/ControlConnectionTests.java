package dev.hotswap.control;

import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

import dev.hotswap.descriptor.Descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ControlConnection}, over real sockets.
 */
class ControlConnectionTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final ControlTimeouts SHORT = new ControlTimeouts(Duration.ofMillis(200), Duration.ofMillis(200),
			Duration.ofMillis(200), Duration.ofMillis(200));

	@TempDir
	private Path temporary;

	private ControlPath path;

	private long before;

	private final RecordingHandler server = new RecordingHandler();

	private final RecordingHandler client = new RecordingHandler();

	@BeforeEach
	void countDescriptors() throws IOException {
		AFUNIXSocket.newInstance().close();
		this.path = new ControlPath(this.temporary.resolve("c/a.sock"));
		this.before = descriptors();
	}

	@AfterEach
	void noDescriptorAndNoThreadIsLeft() {
		Awaitility.await().atMost(TIMEOUT).untilAsserted(() -> {
			assertThat(descriptors()).isEqualTo(this.before);
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("hotswap-control"));
		});
	}

	@Test
	void messagesArriveInOrderInBothDirections() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER)) {
			ControlConnection connection = connect();
			for (int i = 0; i < 200; i++) {
				connection.send(Message.of(MessageType.PROGRESS).field("n", i).build());
			}
			for (int i = 0; i < 200; i++) {
				assertThat(this.server.next().require("n")).isEqualTo(String.valueOf(i));
			}
			this.server.connection().send(Message.of(MessageType.REPLY).field("a", "x").field("b", "").build());
			Message reply = this.client.next();
			assertThat(reply.fields()).containsExactly(Map.entry("a", "x"), Map.entry("b", ""));
			assertThat(connection.peer()).isEqualTo(this.server.connection().peer())
				.isEqualTo(new Peer(ProcessHandle.current().pid(), Peer.ownUid()));
			connection.close();
			assertThat(this.server.end()).isNull();
			assertThat(this.client.end()).isNull();
		}
	}

	@Test
	void largestMessageArrives() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER)) {
			ControlConnection connection = connect();
			String value = "x".repeat(1_000_000);
			connection.send(Message.of(MessageType.HELLO).field("v", value).descriptors(files(32)).build());
			try (Message message = this.server.next()) {
				assertThat(message.require("v")).isEqualTo(value);
				assertThat(message.takeDescriptors()).hasSize(32).allSatisfy(Descriptor::close);
			}
			connection.close();
		}
	}

	@Test
	void descriptorsArriveOpenAndOutliveTheConnection() throws Exception {
		List<Descriptor> received;
		try (ControlServer bound = bind(ControlTimeouts.SERVER)) {
			ControlConnection connection = connect();
			connection.send(Message.of(MessageType.OFFER).descriptors(files(32)).build());
			connection.send(Message.of(MessageType.OFFER).descriptors(files(2)).build());
			received = new ArrayList<>(this.server.next().takeDescriptors());
			assertThat(received).hasSize(32);
			List<Descriptor> second = this.server.next().takeDescriptors();
			assertThat(second).hasSize(2);
			received.addAll(second);
			connection.close();
			this.server.end();
		}
		for (Descriptor descriptor : received) {
			assertThat(descriptor.isClosed()).isFalse();
			assertThat(target(descriptor)).endsWith("/null");
			descriptor.close();
		}
	}

	@Test
	void thirtyThreeDescriptorsAreRefusedAtTheSenderAndClosed() throws Exception {
		List<Descriptor> files = files(33);
		assertThatIllegalArgumentException().isThrownBy(() -> Message.of(MessageType.OFFER).descriptors(files).build());
		assertThat(files).allMatch(Descriptor::isClosed);
	}

	@Test
	void messageThatIsNotTakenClosesItsDescriptors() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER)) {
			ControlConnection connection = connect();
			connection.send(Message.of(MessageType.OFFER).descriptors(files(3)).build());
			this.server.next().close();
			connection.close();
			connection.send(Message.of(MessageType.OFFER).descriptors(files(3)).build());
		}
	}

	@Test
	void pingIsAnsweredByTheConnectionItself() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.PING, Map.of(), 0));
			assertThat(read(raw).type()).isEqualTo(MessageType.PONG);
			write(raw, new Frame(MessageType.PONG, Map.of(), 0));
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			assertThat(this.server.next().type()).isEqualTo(MessageType.HELLO);
			assertThat(this.server.connection().sinceLastFrame()).isLessThan(TIMEOUT);
		}
	}

	@Test
	void unknownTypeIsIgnored() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.UNKNOWN, Map.of("a", "b"), 0));
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			assertThat(this.server.next().type()).isEqualTo(MessageType.HELLO);
		}
	}

	@Test
	void byeIsDeliveredAfterWhatWasQueuedAndEndsTheConnection() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER)) {
			ControlConnection connection = connect();
			connection.send(Message.of(MessageType.HELLO).build());
			connection.bye(ByeReason.ABORTED, "timeout", "not ready");
			connection.send(Message.of(MessageType.READY).build());
			assertThat(connection.isOpen()).isFalse();
			assertThat(this.server.next().type()).isEqualTo(MessageType.HELLO);
			Message bye = this.server.next();
			assertThat(bye.type()).isEqualTo(MessageType.BYE);
			assertThat(ByeReason.of(bye)).isEqualTo(ByeReason.ABORTED);
			assertThat(bye.fields()).containsEntry("reason", "aborted")
				.containsEntry("code", "timeout")
				.containsEntry("text", "not ready");
			assertThat(this.server.end()).isNull();
			assertThat(this.client.end()).isNull();
			assertThat(this.server.messages).isEmpty();
		}
	}

	@Test
	void byeDoesNotWaitForeverForAPeerThatStays() throws Exception {
		try (ControlServer bound = bind(SHORT); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			this.server.next();
			this.server.connection().bye(ByeReason.RELEASED, null, null);
			assertThat(read(raw).fields()).containsOnly(Map.entry("reason", "released"));
			assertThat(this.server.end()).isNull();
		}
	}

	@Test
	void lateFirstFrameEndsTheConnection() throws Exception {
		try (ControlServer bound = bind(SHORT); AFUNIXSocket raw = raw()) {
			assertProtocolBye(raw, "late");
		}
	}

	@Test
	void incompleteFrameEndsTheConnection() throws Exception {
		try (ControlServer bound = bind(SHORT); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			this.server.next();
			raw.getOutputStream().write(new byte[] { 0, 0 });
			assertProtocolBye(raw, "incomplete");
		}
	}

	@Test
	void silenceBetweenFramesIsNoError() throws Exception {
		try (ControlServer bound = bind(SHORT); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			this.server.next();
			Awaitility.await()
				.during(Duration.ofMillis(500))
				.atMost(TIMEOUT)
				.until(() -> this.server.connection().isOpen());
			assertThat(this.server.connection().sinceLastFrame()).isGreaterThan(Duration.ofMillis(400));
		}
	}

	@Test
	void oversizedFrameEndsTheConnection() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER); AFUNIXSocket raw = raw()) {
			raw.getOutputStream().write(new byte[] { 0x7F, 0, 0, 0 });
			assertProtocolBye(raw, "length");
		}
	}

	@Test
	void missingDescriptorsEndTheConnection() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.OFFER, Map.of(), 2));
			assertProtocolBye(raw, "announces 2 descriptors and came with 0");
		}
	}

	@Test
	void surplusDescriptorsEndTheConnectionAndAreClosed() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER); AFUNIXSocket raw = raw()) {
			List<Descriptor> files = files(40);
			raw.setOutboundFileDescriptors(
					files.stream().map(Descriptor::fileDescriptor).toArray(FileDescriptor[]::new));
			write(raw, new Frame(MessageType.OFFER, Map.of(), 2));
			files.forEach(Descriptor::close);
			assertProtocolBye(raw, "announces 2 descriptors and came with 40");
		}
	}

	@Test
	void peerThatDiesInTheMiddleOfAFrameIsReported() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER)) {
			AFUNIXSocket raw = raw();
			raw.getOutputStream().write(new byte[] { 0, 0, 0 });
			raw.close();
			assertThat(this.server.end()).isInstanceOf(IOException.class).hasMessageContaining("middle of a frame");
		}
	}

	@Test
	void peerThatDoesNotReadEndsTheConnectionAndTheQueueIsClosed() throws Exception {
		try (ControlServer bound = bind(SHORT); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			this.server.next();
			ControlConnection connection = this.server.connection();
			for (int i = 0; i < 5; i++) {
				connection.send(
						Message.of(MessageType.OFFER).field("v", "x".repeat(1_000_000)).descriptors(files(4)).build());
			}
			assertThat(this.server.end()).isInstanceOf(SocketTimeoutException.class);
		}
	}

	@Test
	void failedWriteWakesTheReader() throws Exception {
		try (ControlServer bound = bind(ControlTimeouts.SERVER); AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			this.server.next();
			raw.getChannel().shutdownInput();
			this.server.connection().send(Message.of(MessageType.OFFER).descriptors(files(2)).build());
			assertThat(this.server.end()).isInstanceOf(IOException.class);
		}
	}

	@Test
	void handlerThatFailsEndsItsConnection() throws Exception {
		CountDownLatch ended = new CountDownLatch(1);
		ControlHandler failing = new ControlHandler() {

			@Override
			public void onMessage(ControlConnection connection, Message message) {
				throw new IllegalStateException("a test's failure");
			}

			@Override
			public void onEnd(ControlConnection connection, Exception cause) {
				ended.countDown();
			}

		};
		try (ControlServer bound = ControlServer.bind(this.path, ControlServer.Claim.IF_FREE, TIMEOUT, failing);
				AFUNIXSocket raw = raw()) {
			write(raw, new Frame(MessageType.HELLO, Map.of(), 0));
			assertThat(read(raw).fields()).containsEntry("reason", "protocol");
			assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
		}
	}

	private void assertProtocolBye(AFUNIXSocket raw, String text) throws Exception {
		Frame bye = read(raw);
		assertThat(bye.type()).isEqualTo(MessageType.BYE);
		assertThat(bye.fields()).containsEntry("reason", "protocol").containsEntry("code", "protocol");
		assertThat(bye.fields().get("text")).contains(text);
		assertThat(this.server.end()).isInstanceOf(ProtocolException.class).hasMessageContaining(text);
	}

	private ControlServer bind(ControlTimeouts timeouts) throws IOException {
		return ControlServer.bind(this.path, ControlServer.Claim.IF_FREE, TIMEOUT, this.server, timeouts);
	}

	private ControlConnection connect() throws IOException {
		return ControlClient.connect(this.path, TIMEOUT, this.client);
	}

	private AFUNIXSocket raw() throws IOException {
		return AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(this.path.socket()));
	}

	private static void write(AFUNIXSocket raw, Frame frame) throws IOException {
		raw.getOutputStream().write(FrameCodec.encode(frame).array());
	}

	private static Frame read(AFUNIXSocket raw) throws IOException {
		raw.setSoTimeout((int) TIMEOUT.toMillis());
		DataInputStream in = new DataInputStream(raw.getInputStream());
		byte[] payload = new byte[in.readInt()];
		in.readFully(payload);
		return FrameCodec.decode(ByteBuffer.wrap(payload));
	}

	private static List<Descriptor> files(int count) throws IOException {
		try (FileInputStream in = new FileInputStream("/dev/null")) {
			Descriptor source = Descriptor.own(FileDescriptorCast.duplicating(in.getFD()).getFileDescriptor());
			try (source) {
				return IntStream.range(0, count).mapToObj((i) -> duplicate(source)).toList();
			}
		}
	}

	private static Descriptor duplicate(Descriptor source) {
		try {
			return source.duplicate();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String target(Descriptor descriptor) throws IOException {
		int number = FileDescriptorCast.using(descriptor.fileDescriptor()).as(Integer.class);
		return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
	}

	static long descriptors() throws IOException {
		try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
			long count = 0;
			for (Path link : links.toList()) {
				try {
					String target = Files.readSymbolicLink(link).toString();
					count += (target.startsWith("socket:") || target.equals("/dev/null") || target.endsWith(".lock"))
							? 1 : 0;
				}
				catch (IOException ex) {
					// Closed meanwhile
				}
			}
			return count;
		}
	}

}
