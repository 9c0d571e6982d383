package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.Http11Nio2Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.PortInUseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link HandoffTomcatCustomizer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class HandoffTomcatCustomizerTests {

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private TomcatWebServer server;

	@AfterEach
	void stop() {
		this.server.stop();
		this.server.destroy();
	}

	@Test
	void mainConnectorJoins() throws Exception {
		start((factory) -> {
		});
		assertThat(this.server.getTomcat().getConnector().getProtocolHandler())
			.isExactlyInstanceOf(HandoffNioProtocol.class);
		HandoffConnector connector = this.connectors.all().get(0);
		assertThat(connector.name()).isEqualTo("server");
		assertThat(connector.scheme()).isEqualTo("http");
		assertThat(connector.address().getPort()).isEqualTo(this.server.getPort());
		try (TestClient client = new TestClient(connector.address())) {
			assertThat(client.get("/").status()).isEqualTo(404);
		}
	}

	@Test
	void typedProtocolCustomizersStillApply() {
		TomcatProtocolHandlerCustomizer<Http11NioProtocol> customizer = new TypedCustomizer();
		start((factory) -> factory.addProtocolHandlerCustomizers(customizer));
		HandoffNioProtocol protocol = (HandoffNioProtocol) this.server.getTomcat().getConnector().getProtocolHandler();
		assertThat(protocol.getSelectorTimeout()).isEqualTo(123);
	}

	@Test
	void usersOwnProtocolIsLeftAlone(CapturedOutput output) {
		start((factory) -> factory.setProtocol(Http11Nio2Protocol.class.getName()));
		assertThat(this.server.getTomcat().getConnector().getProtocolHandler()).isInstanceOf(Http11Nio2Protocol.class);
		assertThat(this.connectors.all()).isEmpty();
		assertThat(output).containsOnlyOnce("WARN")
			.contains("Connector 'server' is not handed over, because the application has set its protocol to "
					+ Http11Nio2Protocol.class.getName());
	}

	@Test
	void additionalConnectorsJoinUnlessTheyAreOfAnotherProtocol(CapturedOutput output) {
		Connector ours = new Connector(HandoffNioProtocol.class.getName());
		Connector oursToo = new Connector(HandoffNioProtocol.class.getName());
		Connector plain = new Connector();
		List<Connector> added = List.of(ours, oursToo, plain);
		for (Connector connector : added) {
			connector.setPort(0);
			connector.setProperty("address", "127.0.0.1");
		}
		start((factory) -> {
		}, (factory) -> factory.addAdditionalConnectors(ours, oursToo, plain));
		assertThat(this.connectors.all()).extracting(HandoffConnector::name)
			.containsExactly("server", "server-0", "server-0-2");
		assertThat(output).containsOnlyOnce("WARN")
			.contains("Additional connectors not handed over: 'server-0-3'; build them with "
					+ "new Connector(HandoffNioProtocol.class.getName())");
	}

	@Test
	void portIsSharedWithThoseWhoShareIt() throws Exception {
		TomcatWebServer first = sharing(0);
		TomcatWebServer second = sharing(first.getPort());
		try {
			assertThat(second.getPort()).isEqualTo(first.getPort());
			assertThatExceptionOfType(PortInUseException.class)
				.isThrownBy(() -> start((factory) -> factory.setPort(first.getPort())));
		}
		finally {
			first.destroy();
			second.destroy();
		}
	}

	private TomcatWebServer sharing(int port) throws IOException {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(port);
		factory.setAddress(InetAddress.getByName("127.0.0.1"));
		new HandoffTomcatCustomizer("server", TestListenerSource.NONE, new HandoffConnectors(true),
				ConnectionMonitoring.NONE, true)
			.customize(factory);
		TomcatWebServer server = (TomcatWebServer) factory.getWebServer();
		server.start();
		return server;
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsServe() throws Exception {
		Executor executor = (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		start((factory) -> factory
			.addProtocolHandlerCustomizers((protocol) -> ((AbstractProtocol<?>) protocol).setExecutor(executor)));
		try (TestClient client = new TestClient(this.connectors.all().get(0).address())) {
			assertThat(client.get("/").status()).isEqualTo(404);
			this.connectors.all().get(0).announceEnd();
			assertThat(client.get("/").announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@SafeVarargs
	private void start(Consumer<TomcatServletWebServerFactory> before,
			Consumer<TomcatServletWebServerFactory>... after) {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		try {
			factory.setAddress(InetAddress.getByName("127.0.0.1"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		before.accept(factory);
		List<String> claims = new ArrayList<>();
		new HandoffTomcatCustomizer("server", new TestListenerSource((name, address, scheme) -> {
			claims.add(name);
			return null;
		}), this.connectors, ConnectionMonitoring.NONE).customize(factory);
		for (Consumer<TomcatServletWebServerFactory> settings : after) {
			settings.accept(factory);
		}
		this.server = (TomcatWebServer) factory.getWebServer();
		this.server.start();
		assertThat(claims)
			.containsExactlyElementsOf(this.connectors.all().stream().map(HandoffConnector::name).toList());
	}

	private static final class TypedCustomizer implements TomcatProtocolHandlerCustomizer<Http11NioProtocol> {

		@Override
		public void customize(Http11NioProtocol protocol) {
			protocol.setSelectorTimeout(123);
		}

	}

}
