package dev.hotswap.control;

import java.nio.ByteBuffer;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Any bytes are a frame, or are refused with a {@link ProtocolException}. In the build
 * this replays the corpus beside it; with {@code JAZZER_FUZZ=1} in the environment it
 * searches for new inputs, which go to {@code .cifuzz-corpus}.
 */
class FrameCodecFuzzTests {

	/**
	 * Payloads alone, as they reach the codec.
	 */
	@FuzzTest(maxDuration = "10m")
	void payloadIsDecodedOrRefused(byte[] payload) {
		try {
			Frame frame = FrameCodec.decode(ByteBuffer.wrap(payload));
			if (frame.type() != MessageType.UNKNOWN && !frame.equals(again(frame))) {
				throw new AssertionError("Encoded and decoded it is another frame: " + frame);
			}
		}
		catch (ProtocolException ex) {
			// Refused
		}
	}

	private static Frame again(Frame frame) throws ProtocolException {
		ByteBuffer encoded = FrameCodec.encode(frame);
		int length = FrameCodec.payloadLength(encoded.getInt(0));
		return FrameCodec.decode(encoded.slice(FrameCodec.HEADER_LENGTH, length));
	}

}
