package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import dev.hotswap.web.RequestRecorder;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.Connector;

import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;

/**
 * An embedded Tomcat on a loopback port, with handlers by path.
 */
final class TestServer implements AutoCloseable {

	final HandoffConnectors connectors;

	private final Map<String, Handler> handlers = new ConcurrentHashMap<>();

	private TomcatWebServer server;

	private boolean stopped;

	private TestServer(boolean open) {
		this.connectors = new HandoffConnectors(open, new RequestRecorder(true));
		handle("/hello", (request, response) -> response.getWriter().print("hello"));
	}

	static TestServer start(boolean open) {
		return start(open, (factory) -> {
		});
	}

	static TestServer start(boolean open, Consumer<TomcatServletWebServerFactory> settings) {
		return start(open, TestListenerSource.NONE, settings);
	}

	static TestServer start(boolean open, ListenerSource source, Consumer<TomcatServletWebServerFactory> settings) {
		return start(open, source, ConnectionMonitoring.NONE, settings);
	}

	static TestServer start(boolean open, ListenerSource source, ConnectionMonitoring monitoring,
			Consumer<TomcatServletWebServerFactory> settings) {
		TestServer server = new TestServer(open);
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		factory.setProtocol(TestProtocol.class.getName());
		factory.setShutdown(Shutdown.GRACEFUL);
		settings.accept(factory);
		try {
			factory.setAddress(InetAddress.getByName("127.0.0.1"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		new HandoffTomcatCustomizer("server", source, server.connectors, monitoring).customize(factory);
		server.server = (TomcatWebServer) factory.getWebServer((context) -> {
			ServletRegistration.Dynamic registration = context.addServlet("test", server.new TestServlet());
			registration.addMapping("/");
			registration.setAsyncSupported(true);
		});
		server.server.start();
		return server;
	}

	TestServer handle(String path, Handler handler) {
		this.handlers.put(path, handler);
		return this;
	}

	TomcatWebServer webServer() {
		return this.server;
	}

	Connector connector() {
		return this.server.getTomcat().getConnector();
	}

	TestProtocol.TestEndpoint endpoint() {
		return ((TestProtocol) connector().getProtocolHandler()).endpoint();
	}

	HandoffConnector handoff() {
		return this.connectors.all().get(0);
	}

	InetSocketAddress address() {
		return new InetSocketAddress("127.0.0.1", this.server.getPort());
	}

	TestClient connect() throws IOException {
		return new TestClient(address());
	}

	void stop() {
		if (!this.stopped) {
			this.stopped = true;
			this.server.stop();
			this.server.destroy();
		}
	}

	@Override
	public void close() {
		stop();
	}

	interface Handler {

		void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;

	}

	private final class TestServlet extends HttpServlet {

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException {
			try {
				TestServer.this.handlers.get(request.getRequestURI()).handle(request, response);
			}
			catch (Exception ex) {
				throw new ServletException(ex);
			}
		}

	}

}
