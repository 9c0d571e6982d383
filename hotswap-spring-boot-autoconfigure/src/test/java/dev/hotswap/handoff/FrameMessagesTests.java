package dev.hotswap.handoff;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.ProtocolException;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.listener.Listener;
import dev.hotswap.process.CommandLine;
import dev.hotswap.process.LaunchOrigin;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link FrameMessages}.
 */
class FrameMessagesTests {

	private final List<Descriptor> descriptors = new ArrayList<>();

	@AfterEach
	void close() {
		this.descriptors.forEach(Descriptor::close);
	}

	static Stream<Frame> framesWithoutDescriptors() {
		return Stream.of(new Frame.Hello(1, "shop", "1a2b3c4d", "v2"), new Frame.Hello(2, "shop = café;", null, null),
				new Frame.Progress(Stage.WARM_UP), new Frame.Ready(), new Frame.Cutover(0), new Frame.Cutover(4000),
				new Frame.Serving(), new Frame.Drained(TestRecords.full("h1")),
				new Frame.Drained(TestRecords.sparse("h1")),
				new Frame.Draining("shop", "h1", 3, Role.STANDBY, new HandoffStatus.Held(1, 2, 3), 4567),
				new Frame.Release(true), new Frame.Release(false), new Frame.Released(), new Frame.Redirect(),
				new Frame.Revert(List.of()), new Frame.Revert(List.of(TestRecords.full("h1"))));
	}

	@ParameterizedTest
	@MethodSource("framesWithoutDescriptors")
	void whatIsWrittenIsRead(Frame frame) throws ProtocolException {
		assertThat(FrameMessages.read(FrameMessages.write(frame))).isEqualTo(frame);
	}

	@Test
	void offerIsReadWithItsDescriptors() throws IOException {
		LaunchOrigin origin = new LaunchOrigin(new CommandLine(List.of("java", "-jar", "a b.jar")), Path.of("/srv"),
				Map.of("A", "1"), Set.of("B"));
		Frame.Offer offer = new Frame.Offer(1, "1a2b3c4d", HandoffTrigger.TAKEOVER,
				new HandoffRecord.Party(100, 3, "v1"),
				List.of(listener("server", "0.0.0.0", 8080, "http"), listener("management", "::1", 8081, "https"),
						listener("third", "fe80::1%1", 65535, "http")),
				origin, List.of(TestRecords.full("h2"), TestRecords.sparse("h1")),
				HandoffTotals.of(TestRecords.full("h0"))
					.plus(HandoffTotals.transferred(HandoffTotals.Direction.IN, Map.of("a.b.c", 7L))),
				List.of(new RecordedRequest("server", "GET", "/orders/1", Map.of("Accept", "text/html", "Host", "shop"),
						7), new RecordedRequest("management", "HEAD", "/", Map.of(), 1)));
		assertThat(FrameMessages.read(FrameMessages.write(offer))).isEqualTo(offer);
		assertThat(this.descriptors).noneMatch(Descriptor::isClosed);
	}

	@Test
	void offerOfNothingIsRead() throws IOException {
		Frame.Offer offer = new Frame.Offer(1, "1a2b3c4d", HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 1, null),
				List.of(), null, List.of(), HandoffTotals.NONE, List.of());
		assertThat(FrameMessages.read(FrameMessages.write(offer))).isEqualTo(offer);
	}

	@Test
	void offerThatDoesNotFitIntoAMessageClosesItsDescriptors() throws IOException {
		List<Listener> listeners = new ArrayList<>();
		for (int i = 0; i < 33; i++) {
			listeners.add(listener("l" + i, "127.0.0.1", 8000 + i, "http"));
		}
		Frame.Offer offer = new Frame.Offer(1, "1a2b3c4d", HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 1, null),
				listeners, null, List.of(), HandoffTotals.NONE, List.of());
		assertThatIllegalArgumentException().isThrownBy(() -> FrameMessages.write(offer));
		assertThat(this.descriptors).hasSize(33).allMatch(Descriptor::isClosed);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionsAreReadWithTheirDescriptors(boolean warmUp) throws IOException {
		Frame.Connections connections = new Frame.Connections("server",
				List.of(new MovingConnection(7, new IdleConnection(descriptor(), true)),
						new MovingConnection(8, new IdleConnection(descriptor(), false))),
				warmUp);
		assertThat(FrameMessages.read(FrameMessages.write(connections))).isEqualTo(connections);
		assertThat(this.descriptors).noneMatch(Descriptor::isClosed);
	}

	@Test
	void fieldsOfALaterReleaseAreIgnored() throws IOException {
		assertThat(FrameMessages.read(offer("colour", "red"))).isInstanceOf(Frame.Offer.class);
	}

	@ParameterizedTest
	@CsvSource({ "listeners, -1", "listeners, 0", "listeners, 2", "listeners, 2147483647", "listeners, 4294967297",
			"listeners, one", "listener.0.port, -1", "listener.0.port, 65536", "listener.0.port, x",
			"listener.0.address, localhost", "listener.0.address, ''", "listener.0.address, 1.2.3",
			"listener.0.address, 256.1.1.1", "listener.0.address, 1::2::3", "listener.0.address, ':'", "pid, 0",
			"pid, -7", "pid, 9223372036854775808", "generation, 0", "generation, -1", "generation, 2147483647",
			"generation, 2147483648", "version, 1.0", "trigger, SMOKE", "origin.directory, /srv" })
	void malformedOfferIsRefusedAndItsDescriptorClosed(String field, String value) throws IOException {
		assertRefused(offer(field, value));
	}

	@ParameterizedTest
	@ValueSource(strings = { "listeners", "listener.0.name", "listener.0.address", "listener.0.port",
			"listener.0.scheme", "pid", "generation", "version", "trigger", "handoff" })
	void offerThatLacksAFieldIsRefusedAndItsDescriptorClosed(String field) throws IOException {
		assertRefused(offer(field, null));
	}

	@Test
	void offerOfTwoListenersWithOneDescriptorIsRefused() throws IOException {
		Map<String, String> fields = fields();
		fields.put("listeners", "2");
		fields.put("listener.1.name", "management");
		fields.put("listener.1.address", "127.0.0.1");
		fields.put("listener.1.port", "8081");
		fields.put("listener.1.scheme", "http");
		assertRefused(message(fields));
	}

	@ParameterizedTest
	@CsvSource({ "HELLO, version, x, application, shop", "HELLO, version, 1, other, 1", "PROGRESS, stage, TEA, a, b",
			"PROGRESS, a, b, c, d", "DRAINED, a, b, c, d", "DRAINED, history.0.id, h1, a, b" })
	void otherMalformedFramesAreRefused(MessageType type, String name, String value, String name2, String value2) {
		Message message = Message.of(type).field(name, value).field(name2, value2).build();
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> FrameMessages.read(message))
			.withMessageContaining(type.name());
	}

	@ParameterizedTest
	@EnumSource(ByeReason.class)
	void byeIsRead(ByeReason reason) throws ProtocolException {
		Message message = Message.of(MessageType.BYE)
			.field(ByeReason.FIELD, reason.wireName())
			.field(ByeReason.CODE_FIELD, "scheme-mismatch")
			.field(ByeReason.TEXT_FIELD, "Sorry.")
			.build();
		assertThat(FrameMessages.read(message)).isEqualTo(new Frame.Bye(reason, FailureCode.SCHEME_MISMATCH, "Sorry."));
	}

	@Test
	void byeForReasonsOfALaterReleaseIsRead() throws ProtocolException {
		Message message = Message.of(MessageType.BYE)
			.field(ByeReason.FIELD, "tea")
			.field(ByeReason.CODE_FIELD, "too-hot")
			.build();
		assertThat(FrameMessages.read(message)).isEqualTo(new Frame.Bye(ByeReason.ABORTED, null, null));
	}

	@Test
	void messageOfAnotherKindIsNoFrame() throws ProtocolException {
		assertThat(FrameMessages.read(Message.of(MessageType.STATUS).build())).isNull();
	}

	@Test
	void byeIsNotWrittenAsAPlainMessage() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> FrameMessages.write(new Frame.Bye(ByeReason.ABORTED, null, null)));
	}

	private void assertRefused(Message message) {
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> {
			try (message) {
				FrameMessages.read(message);
			}
		}).withMessageMatching("(?s).*(OFFER|listeners).*");
		assertThat(this.descriptors).hasSize(1).allMatch(Descriptor::isClosed);
	}

	private Message offer(String field, String value) throws IOException {
		Map<String, String> fields = fields();
		fields.put(field, value);
		return message(fields);
	}

	private Message message(Map<String, String> fields) throws IOException {
		Message.Builder builder = Message.of(MessageType.OFFER).descriptors(List.of(descriptor()));
		fields.forEach(builder::field);
		return builder.build();
	}

	private static Map<String, String> fields() {
		Map<String, String> fields = new LinkedHashMap<>();
		fields.put("version", "1");
		fields.put("handoff", "1a2b3c4d");
		fields.put("trigger", "SIGNAL");
		fields.put("pid", "100");
		fields.put("generation", "3");
		fields.put("listeners", "1");
		fields.put("listener.0.name", "server");
		fields.put("listener.0.address", "127.0.0.1");
		fields.put("listener.0.port", "8080");
		fields.put("listener.0.scheme", "http");
		return fields;
	}

	private Listener listener(String name, String address, int port, String scheme) throws IOException {
		return new Listener(name, new InetSocketAddress(InetAddress.getByName(address), port), scheme, descriptor());
	}

	private Descriptor descriptor() throws IOException {
		Descriptor descriptor = Descriptor.own(new FileInputStream("/dev/null").getFD());
		this.descriptors.add(descriptor);
		return descriptor;
	}

}
