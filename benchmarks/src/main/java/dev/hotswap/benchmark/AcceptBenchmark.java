package dev.hotswap.benchmark;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import dev.hotswap.descriptor.Adoption;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import dev.hotswap.web.RequestRecorder;
import dev.hotswap.web.netty.HandoffNettyCustomizer;
import dev.hotswap.web.tomcat.HandoffTomcatCustomizer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;

/**
 * The accept path of each server's own connector and of the one that can hand over: a
 * connection that is opened, asks once, and is closed by the server.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AcceptBenchmark {

	private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private final ByteBuffer request = ByteBuffer.allocateDirect(REQUEST.length).put(REQUEST);

	private final ByteBuffer response = ByteBuffer.allocateDirect(4096);

	/** The server, and whether its connector can hand over. */
	@Param({ "tomcat", "tomcat with hotswap", "netty", "netty with hotswap" })
	public String connector = "";

	private @Nullable WebServer server;

	private @Nullable InetSocketAddress address;

	/**
	 * Start the server.
	 */
	@Setup
	public void start() {
		boolean hotswap = this.connector.endsWith("hotswap");
		WebServer started = this.connector.startsWith("tomcat") ? tomcat(hotswap) : netty(hotswap);
		started.start();
		this.server = started;
		this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), started.getPort());
	}

	private static WebServer tomcat(boolean hotswap) {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		if (hotswap) {
			new HandoffTomcatCustomizer("server", new NoListeners(),
					new HandoffConnectors(true, new RequestRecorder(true)), ConnectionMonitoring.NONE)
				.customize(factory);
		}
		return factory.getWebServer((context) -> context.addServlet("empty", new EmptyServlet()).addMapping("/"));
	}

	private static WebServer netty(boolean hotswap) {
		NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		if (hotswap) {
			new HandoffNettyCustomizer("server", new NoListeners(),
					new HandoffConnectors(true, new RequestRecorder(true)), ConnectionMonitoring.NONE)
				.customize(factory);
		}
		return factory.getWebServer((request, response) -> {
			response.getHeaders().setContentLength(0);
			return response.setComplete();
		});
	}

	/**
	 * Stop the server.
	 */
	@TearDown
	public void stop() {
		if (this.server != null) {
			this.server.stop();
			this.server.destroy();
		}
	}

	/**
	 * Connect, ask, and read to the end.
	 * @return how many bytes the answer had
	 * @throws IOException if there is no answer
	 */
	@Benchmark
	public int connectAskAndReadToTheEnd() throws IOException {
		try (SocketChannel channel = SocketChannel.open(this.address)) {
			channel.write(this.request.rewind());
			this.response.clear();
			while (channel.read(this.response) >= 0) {
				// Until the server has closed
			}
			if (this.response.position() == 0) {
				throw new EOFException("No answer");
			}
			return this.response.position();
		}
	}

	private static final class NoListeners implements ListenerSource {

		@Override
		public <L> @Nullable L claim(String name, InetSocketAddress address, String scheme, Adoption<L> adoption) {
			return null;
		}

	}

	private static final class EmptyServlet extends HttpServlet {

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) {
			response.setContentLength(0);
		}

	}

}
