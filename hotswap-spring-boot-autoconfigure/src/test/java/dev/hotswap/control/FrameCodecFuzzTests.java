package dev.hotswap.control;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.handoff.ReadMessages;

/**
 * Any bytes are a frame, or are refused with a {@link ProtocolException}; and so are the
 * fields of a frame where a handoff reads them. In the build this replays the corpus
 * beside it; with {@code JAZZER_FUZZ=1} in the environment it searches for new inputs,
 * which go to {@code .cifuzz-corpus}.
 */
class FrameCodecFuzzTests {

	/**
	 * Payloads alone, as they reach the codec.
	 */
	@FuzzTest(maxDuration = "10m")
	void payloadIsDecodedOrRefused(byte[] payload) throws IOException {
		try {
			Frame frame = FrameCodec.decode(ByteBuffer.wrap(payload));
			if (frame.type() != MessageType.UNKNOWN && !frame.equals(again(frame))) {
				throw new AssertionError("Encoded and decoded it is another frame: " + frame);
			}
			readOrRefuse(frame);
		}
		catch (ProtocolException ex) {
			// Refused
		}
	}

	/** Whatever becomes of the message, its descriptors are closed. */
	private static void readOrRefuse(Frame frame) throws IOException {
		List<Descriptor> descriptors = new ArrayList<>();
		try {
			for (int i = 0; i < frame.descriptors(); i++) {
				descriptors.add(Descriptor.own(new FileInputStream("/dev/null").getFD()));
			}
			try (Message message = new Message(frame, descriptors)) {
				ReadMessages.readAndDiscard(message);
			}
			catch (ProtocolException ex) {
				// Refused
			}
			if (!descriptors.stream().allMatch(Descriptor::isClosed)) {
				throw new AssertionError("Nobody owns a descriptor of " + frame);
			}
		}
		finally {
			descriptors.forEach(Descriptor::close);
		}
	}

	private static Frame again(Frame frame) throws ProtocolException {
		ByteBuffer encoded = FrameCodec.encode(frame);
		int length = FrameCodec.payloadLength(encoded.getInt(0));
		return FrameCodec.decode(encoded.slice(FrameCodec.HEADER_LENGTH, length));
	}

}
