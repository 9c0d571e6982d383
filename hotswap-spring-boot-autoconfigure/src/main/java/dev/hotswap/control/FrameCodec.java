package dev.hotswap.control;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Frames to and from bytes. Pure: no I/O, no state. All numbers are big-endian: <pre>
 * u32 length of the rest, at most 1 MiB
 * u8  number of descriptors, at most 32
 * u16 number of fields
 * u32 length, UTF-8 bytes                            the type
 * u32 length, UTF-8 bytes; u32 length, UTF-8 bytes   name and value, per field
 * </pre> Decoding allocates in proportion to the bytes that are there, not to the lengths
 * and counts that they claim.
 */
final class FrameCodec {

	/** The bytes before the payload. */
	static final int HEADER_LENGTH = 4;

	/** The most bytes after the header. */
	static final int MAX_PAYLOAD_LENGTH = 1024 * 1024;

	/**
	 * The most descriptors a frame. junixsocket receives at most 60 and loses what comes
	 * with more.
	 */
	static final int MAX_DESCRIPTORS = 32;

	/** The most fields a frame, enough for any command line that fits. */
	static final int MAX_FIELDS = 0xFFFF;

	private FrameCodec() {
	}

	/**
	 * Encode a frame.
	 * @param frame the frame
	 * @return header and payload, ready to be read
	 * @throws IllegalArgumentException if the frame exceeds one of the limits
	 */
	static ByteBuffer encode(Frame frame) {
		check(frame.descriptors() <= MAX_DESCRIPTORS, "more than " + MAX_DESCRIPTORS + " descriptors");
		check(frame.fields().size() <= MAX_FIELDS, "more than " + MAX_FIELDS + " fields");
		byte[][] strings = new byte[1 + 2 * frame.fields().size()][];
		int count = 0;
		strings[count++] = bytes(frame.type().name());
		for (Map.Entry<String, String> field : frame.fields().entrySet()) {
			strings[count++] = bytes(field.getKey());
			strings[count++] = bytes(field.getValue());
		}
		long length = 1 + 2;
		for (byte[] string : strings) {
			length += 4 + string.length;
		}
		check(length <= MAX_PAYLOAD_LENGTH, "more than " + MAX_PAYLOAD_LENGTH + " bytes");
		ByteBuffer buffer = ByteBuffer.allocate(HEADER_LENGTH + (int) length);
		buffer.putInt((int) length).put((byte) frame.descriptors()).putShort((short) frame.fields().size());
		for (byte[] string : strings) {
			buffer.putInt(string.length).put(string);
		}
		return buffer.flip();
	}

	/**
	 * Check the length that a header announces.
	 * @param length the header's number
	 * @return the length of the payload, in bytes
	 * @throws ProtocolException if the length is impossible
	 */
	static int payloadLength(int length) throws ProtocolException {
		if (length <= 0 || length > MAX_PAYLOAD_LENGTH) {
			throw new ProtocolException("A frame's length is " + Integer.toUnsignedString(length)
					+ " bytes, which is not within 1 and " + MAX_PAYLOAD_LENGTH);
		}
		return length;
	}

	/**
	 * Decode a payload.
	 * @param payload the bytes after the header, all of them
	 * @return the frame
	 * @throws ProtocolException if the payload is malformed
	 */
	static Frame decode(ByteBuffer payload) throws ProtocolException {
		require(payload, 3);
		int descriptors = Byte.toUnsignedInt(payload.get());
		if (descriptors > MAX_DESCRIPTORS) {
			throw new ProtocolException("A frame announces " + descriptors + " descriptors");
		}
		int count = Short.toUnsignedInt(payload.getShort());
		MessageType type = MessageType.of(string(payload));
		Map<String, String> fields = new LinkedHashMap<>();
		for (int i = 0; i < count; i++) {
			String name = string(payload);
			if (fields.putIfAbsent(name, string(payload)) != null) {
				throw new ProtocolException("A frame has a field twice");
			}
		}
		if (payload.hasRemaining()) {
			throw new ProtocolException("A frame has " + payload.remaining() + " bytes after its last field");
		}
		return new Frame(type, Collections.unmodifiableMap(fields), descriptors);
	}

	private static String string(ByteBuffer payload) throws ProtocolException {
		require(payload, 4);
		int length = payload.getInt();
		if (length < 0) {
			throw new ProtocolException("A string's length is negative");
		}
		require(payload, length);
		ByteBuffer bytes = payload.slice(payload.position(), length);
		payload.position(payload.position() + length);
		try {
			return StandardCharsets.UTF_8.newDecoder()
				.onMalformedInput(CodingErrorAction.REPORT)
				.onUnmappableCharacter(CodingErrorAction.REPORT)
				.decode(bytes)
				.toString();
		}
		catch (CharacterCodingException ex) {
			throw new ProtocolException("A string is not UTF-8");
		}
	}

	private static void require(ByteBuffer payload, int length) throws ProtocolException {
		if (payload.remaining() < length) {
			throw new ProtocolException("A frame ends in the middle of a field");
		}
	}

	private static byte[] bytes(String string) {
		return string.getBytes(StandardCharsets.UTF_8);
	}

	private static void check(boolean condition, String excess) {
		if (!condition) {
			throw new IllegalArgumentException("A frame cannot carry " + excess);
		}
	}

}
