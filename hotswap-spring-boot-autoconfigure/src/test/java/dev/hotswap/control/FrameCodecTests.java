package dev.hotswap.control;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link FrameCodec}.
 */
class FrameCodecTests {

	private static final Frame FRAME = new Frame(MessageType.HELLO, Map.of("name", "wört\u0000\n", "empty", ""), 3);

	@Test
	void frameComesBackAsItWas() throws Exception {
		assertThat(decode(FrameCodec.encode(FRAME))).isEqualTo(FRAME);
		Frame bare = new Frame(MessageType.PING, Map.of(), 0);
		assertThat(decode(FrameCodec.encode(bare))).isEqualTo(bare);
	}

	@Test
	void fieldsKeepTheirOrder() throws Exception {
		Map<String, String> fields = new LinkedHashMap<>();
		for (int i = 0; i < 5000; i++) {
			fields.put("argument." + i, "value " + i);
		}
		Frame frame = decode(FrameCodec.encode(new Frame(MessageType.HELLO, fields, 0)));
		assertThat(frame.fields()).containsExactlyEntriesOf(fields);
	}

	@Test
	void typeOfALaterReleaseIsUnknown() throws Exception {
		ByteBuffer encoded = FrameCodec.encode(new Frame(MessageType.PING, Map.of("a", "b"), 0));
		encoded.put(FrameCodec.HEADER_LENGTH + 7, (byte) 'X');
		assertThat(decode(encoded)).isEqualTo(new Frame(MessageType.UNKNOWN, Map.of("a", "b"), 0));
	}

	@Test
	void payloadThatEndsTooEarlyIsRefusedWhereverItEnds() {
		ByteBuffer encoded = FrameCodec.encode(FRAME);
		for (int length = 0; length < encoded.limit() - FrameCodec.HEADER_LENGTH; length++) {
			ByteBuffer payload = encoded.slice(FrameCodec.HEADER_LENGTH, length);
			assertThatExceptionOfType(ProtocolException.class).as("cut to %d bytes", length)
				.isThrownBy(() -> FrameCodec.decode(payload));
		}
	}

	@Test
	void bytesAfterTheLastFieldAreRefused() {
		ByteBuffer encoded = FrameCodec.encode(FRAME);
		ByteBuffer longer = ByteBuffer.allocate(encoded.limit() + 1).put(encoded).position(FrameCodec.HEADER_LENGTH);
		assertThatExceptionOfType(ProtocolException.class)
			.isThrownBy(() -> FrameCodec.decode(longer.limit(longer.capacity())));
	}

	@Test
	void tooManyDescriptorsAreRefused() {
		ByteBuffer encoded = FrameCodec.encode(FRAME);
		encoded.put(FrameCodec.HEADER_LENGTH, (byte) (FrameCodec.MAX_DESCRIPTORS + 1));
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decode(encoded));
	}

	@Test
	void fieldCountThatIsNotTrueIsRefused() {
		ByteBuffer encoded = FrameCodec.encode(FRAME);
		for (int count : new int[] { 0, 1, 3, 0xFFFF }) {
			encoded.putShort(FrameCodec.HEADER_LENGTH + 1, (short) count);
			assertThatExceptionOfType(ProtocolException.class).as("%d fields", count).isThrownBy(() -> decode(encoded));
		}
	}

	@Test
	void stringThatIsLongerThanTheFrameIsRefused() {
		ByteBuffer encoded = FrameCodec.encode(FRAME);
		for (int length : new int[] { -1, Integer.MIN_VALUE, Integer.MAX_VALUE, FrameCodec.MAX_PAYLOAD_LENGTH }) {
			encoded.putInt(FrameCodec.HEADER_LENGTH + 3, length);
			assertThatExceptionOfType(ProtocolException.class).as("length %d", length)
				.isThrownBy(() -> decode(encoded));
		}
	}

	@Test
	void malformedUtf8IsRefused() {
		ByteBuffer encoded = FrameCodec.encode(FRAME);
		encoded.put(encoded.limit() - 1, (byte) 0xFF);
		encoded.put(FrameCodec.HEADER_LENGTH + 7, (byte) 0xC0);
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decode(encoded));
	}

	@Test
	void fieldThatComesTwiceIsRefused() {
		ByteBuffer encoded = FrameCodec
			.encode(new Frame(MessageType.PING, new LinkedHashMap<>(Map.of("a", "1", "b", "2")), 0));
		for (int i = 0; i < encoded.limit(); i++) {
			if (encoded.get(i) == 'b') {
				encoded.put(i, (byte) 'a');
			}
		}
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> decode(encoded));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, FrameCodec.MAX_PAYLOAD_LENGTH + 1 })
	void impossibleLengthIsRefused(int length) {
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> FrameCodec.payloadLength(length));
	}

	@Test
	void longestPayloadIsAccepted() throws Exception {
		String value = "x".repeat(FrameCodec.MAX_PAYLOAD_LENGTH - 3 - 4 - "PING".length() - 4 - 1 - 4);
		ByteBuffer encoded = FrameCodec.encode(new Frame(MessageType.PING, Map.of("a", value), 0));
		assertThat(FrameCodec.payloadLength(encoded.getInt(0))).isEqualTo(FrameCodec.MAX_PAYLOAD_LENGTH);
		assertThat(decode(encoded).fields()).containsEntry("a", value);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> FrameCodec.encode(new Frame(MessageType.PING, Map.of("a", value + "x"), 0)));
	}

	@Test
	void changedBytesAreDecodedOrRefusedButNothingElse() {
		Random random = new Random(4711);
		byte[] original = FrameCodec.encode(FRAME).array();
		for (int round = 0; round < 50_000; round++) {
			byte[] changed = original.clone();
			for (int i = random.nextInt(4); i >= 0; i--) {
				changed[FrameCodec.HEADER_LENGTH
						+ random.nextInt(changed.length - FrameCodec.HEADER_LENGTH)] = (byte) random.nextInt(256);
			}
			assertThatNoException().isThrownBy(() -> {
				try {
					decode(ByteBuffer.wrap(changed));
				}
				catch (ProtocolException ex) {
					// Refused
				}
			});
		}
	}

	private static Frame decode(ByteBuffer encoded) throws ProtocolException {
		return FrameCodec.decode(encoded.slice(FrameCodec.HEADER_LENGTH, encoded.limit() - FrameCodec.HEADER_LENGTH));
	}

}
