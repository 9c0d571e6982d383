package dev.hotswap.control;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The codec of the control socket's frames, with the smallest frame, and with one that
 * carries as many connections as a frame may. In the codec's package, since it is
 * nobody's business outside.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameCodecBenchmark {

	/** What the frame says. */
	@Param({ "PING", "CONNECTIONS" })
	public String type = "";

	private Frame frame = new Frame(MessageType.PING, Map.of(), 0);

	private ByteBuffer payload = ByteBuffer.allocate(0);

	/**
	 * Make a frame and its bytes.
	 */
	@Setup
	public void prepare() {
		Map<String, String> fields = new LinkedHashMap<>();
		int connections = 0;
		if (this.type.equals("CONNECTIONS")) {
			connections = FrameCodec.MAX_DESCRIPTORS;
			fields.put("connector", "server");
			fields.put("ids",
					LongStream.range(1000, 1000 + connections)
						.mapToObj(Long::toString)
						.collect(Collectors.joining(",")));
			fields.put("kept", "1".repeat(connections));
		}
		this.frame = new Frame(MessageType.valueOf(this.type), fields, connections);
		this.payload = FrameCodec.encode(this.frame).position(FrameCodec.HEADER_LENGTH).slice();
	}

	/**
	 * Encode.
	 * @return the bytes
	 */
	@Benchmark
	public Object encode() {
		return FrameCodec.encode(this.frame);
	}

	/**
	 * Decode.
	 * @return the frame
	 * @throws ProtocolException never
	 */
	@Benchmark
	public Object decode() throws ProtocolException {
		return FrameCodec.decode(this.payload.rewind());
	}

}
