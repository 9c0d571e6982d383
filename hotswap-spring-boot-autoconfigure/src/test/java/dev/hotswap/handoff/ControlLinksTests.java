package dev.hotswap.handoff;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.FailureCode;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.ControlServer;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.ProtocolException;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.process.ProcessId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ControlLinks}, over a real control socket.
 */
class ControlLinksTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

	private final ControlLinks links = new ControlLinks(this.events::add);

	private final BlockingQueue<Message> answers = new LinkedBlockingQueue<>();

	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	private ControlServer server;

	private ControlConnection client;

	@BeforeEach
	void connect(@TempDir Path folder) throws IOException {
		ControlPath path = new ControlPath(folder.resolve("c").resolve("x.sock"));
		path.prepare();
		this.server = ControlServer.bind(path, ControlServer.Claim.IF_FREE, TIMEOUT, this.links);
		this.client = ControlClient.connect(path, TIMEOUT, new ControlHandler() {

			@Override
			public void onMessage(ControlConnection connection, Message message) {
				ControlLinksTests.this.answers.add(message);
			}

			@Override
			public void onEnd(ControlConnection connection, Exception cause) {
				ControlLinksTests.this.ended.complete(null);
			}

		});
	}

	@AfterEach
	void close() {
		this.client.close();
		this.server.close();
		await().atMost(TIMEOUT).until(this.links::isEmpty);
	}

	@Test
	void messageIsAnEventWithItsSender() throws Exception {
		Event.Received received = hello();
		assertThat(received.sender()).isEqualTo(ProcessId.current());
		assertThat(received.frame()).isEqualTo(new Frame.Hello(1, "shop", null, null));
		assertThat(this.links.isEmpty()).isFalse();
	}

	@Test
	void frameIsSentToItsLink() throws Exception {
		this.links.send(hello().link(), FrameMessages.write(new Frame.Cutover(0)));
		assertThat(answer().type()).isEqualTo(MessageType.CUTOVER);
	}

	@Test
	void endOfALinkIsToldOnceAndItSwallowsFrames() throws Exception {
		int link = hello().link();
		this.client.close();
		assertThat(next(Event.LinkEnded.class)).isEqualTo(new Event.LinkEnded(link, null));
		assertThat(this.links.isEmpty()).isTrue();
		Descriptor descriptor = Descriptor.own(new FileInputStream("/dev/null").getFD());
		this.links.send(link, Message.of(MessageType.OFFER).descriptors(List.of(descriptor)).build());
		assertThat(descriptor.isClosed()).isTrue();
		this.links.end(link, ByeReason.ABORTED, null, null);
		assertThat(this.events).isEmpty();
	}

	@Test
	void onlyABrokenProtocolIsAProblem() throws Exception {
		int link = this.links.link(this.client, ProcessId.current()).number();
		this.links.onEnd(this.client, new IOException("Broken pipe"));
		assertThat(next(Event.LinkEnded.class)).isEqualTo(new Event.LinkEnded(link, null));
		link = this.links.link(this.client, ProcessId.current()).number();
		this.links.onEnd(this.client, new ProtocolException("A field stands twice"));
		assertThat(next(Event.LinkEnded.class)).isEqualTo(new Event.LinkEnded(link, "A field stands twice"));
	}

	@Test
	void byeTellsReasonAndCode() throws Exception {
		this.links.end(hello().link(), ByeReason.REFUSED, FailureCode.BUSY, "Later.");
		Message bye = answer();
		assertThat(FrameMessages.read(bye)).isEqualTo(new Frame.Bye(ByeReason.REFUSED, FailureCode.BUSY, "Later."));
		assertThat(this.ended).succeedsWithin(TIMEOUT);
	}

	@Test
	void malformedMessageEndsTheLinkAndClosesItsDescriptors() throws Exception {
		int link = hello().link();
		Descriptor descriptor = Descriptor.own(new FileInputStream("/dev/null").getFD());
		this.client
			.send(Message.of(MessageType.OFFER).field("listeners", "x").descriptors(List.of(descriptor)).build());
		assertThat(next(Event.LinkEnded.class).link()).isEqualTo(link);
		assertThat(FrameMessages.read(answer())).isInstanceOfSatisfying(Frame.Bye.class,
				(bye) -> assertThat(bye.reason()).isEqualTo(ByeReason.PROTOCOL));
		assertThat(this.events).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = MessageType.class, names = { "STATUS", "HANDOFF", "CONNECTIONS" })
	void messageThatNobodyAnswersYetEndsTheLink(MessageType type) throws Exception {
		hello();
		this.client.send(Message.of(type).build());
		assertThat(next(Event.LinkEnded.class).problem()).contains(type.name());
		assertThat(FrameMessages.read(answer())).isInstanceOf(Frame.Bye.class);
	}

	private Event.Received hello() throws Exception {
		this.client.send(FrameMessages.write(new Frame.Hello(1, "shop", null, null)));
		return next(Event.Received.class);
	}

	private <E extends Event> E next(Class<E> type) throws InterruptedException {
		Event event = this.events.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
		assertThat(event).isInstanceOf(type);
		return type.cast(event);
	}

	private Message answer() throws InterruptedException {
		Message message = this.answers.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
		assertThat(message).isNotNull();
		return message;
	}

}
