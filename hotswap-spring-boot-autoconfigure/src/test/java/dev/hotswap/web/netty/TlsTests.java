package dev.hotswap.web.netty;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import dev.hotswap.web.Census;
import dev.hotswap.web.Http2TestClient;
import dev.hotswap.web.Http2TestClient.Frame;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.Ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for a connector with TLS. Reading to the end fails without a
 * {@code close_notify}, since the build sets {@code com.sun.net.ssl.requireCloseNotify}.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(60)
class TlsTests {

	@TempDir
	static Path folder;

	@Parameter
	private TestTransport transport;

	@BeforeAll
	static void createKeyStore() throws Exception {
		createKeyStore(keyStore());
	}

	static void createKeyStore(String file) throws Exception {
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-alias", "test", "-dname", "CN=localhost", "-storetype", "PKCS12",
				"-keystore", file, "-storepass", "secret")
			.inheritIO()
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(keytool.exitValue()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void gateAnnouncementAndSchemeAreThoseOfAnyConnector(boolean negotiated) throws Exception {
		try (TestNettyServer server = start(false, negotiated)) {
			assertThat(server.handoff().scheme()).isEqualTo("https");
			try (Socket plain = new Socket(server.address().getAddress(), server.address().getPort())) {
				server.connectors.openGates();
				try (TestClient client = secure(plain)) {
					assertThat(client.get("/hello").announcesEnd()).isFalse();
					server.handoff().announceEnd();
					TestClient.Response response = client.get("/hello");
					assertThat(response.body()).isEqualTo("hello");
					assertThat(response.announcesEnd()).isTrue();
					assertThat(client.readToEnd()).isEmpty();
				}
			}
			await().until(() -> server.handoff().census().total() == 0);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void idleAndFreshConnectionsEnd(boolean negotiated) throws Exception {
		try (TestNettyServer server = start(true, negotiated);
				Socket fresh = new Socket(server.address().getAddress(), server.address().getPort());
				TestClient idle = secure(new Socket(server.address().getAddress(), server.address().getPort()))) {
			assertThat(idle.get("/hello").status()).isEqualTo(200);
			await().until(() -> server.handoff().census().equals(new Census(1, 0, 1)));
			assertThat(server.handoff().endIdle()).isEqualTo(2);
			assertThat(idle.readToEnd()).isEmpty();
			assertThat(fresh.getInputStream().read()).isEqualTo(-1);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void connectionsDoNotMoveButCanBeBroughtIn(boolean negotiated) throws Exception {
		try (TestNettyServer plain = TestNettyServer.start(this.transport, true);
				TestNettyServer server = start(true, negotiated);
				Socket fresh = new Socket(plain.address().getAddress(), plain.address().getPort());
				TestClient kept = plain.connect();
				TestClient idle = secure(new Socket(server.address().getAddress(), server.address().getPort()))) {
			assertThat(idle.get("/hello").status()).isEqualTo(200);
			assertThat(server.handoff().canTransfer()).isFalse();
			assertThat(server.handoff().giveUpIdle(256)).isEmpty();
			assertThat(idle.get("/hello").status()).isEqualTo(200);
			kept.get("/hello");
			await().until(() -> plain.handoff().census().equals(new Census(1, 0, 1)));
			assertThat(plain.handoff().canTransfer()).isTrue();
			for (IdleConnection connection : plain.handoff().giveUpIdle(256)) {
				if (connection.kept()) {
					assertThatIOException().isThrownBy(() -> server.handoff().adopt(connection.descriptor(), true));
					assertThat(kept.readToEnd()).isEmpty();
				}
				else {
					server.handoff().adopt(connection.descriptor(), false);
					assertThat(secure(fresh).get("/hello").body()).isEqualTo("hello");
				}
			}
		}
	}

	@Test
	void http2ConnectionIsAnnouncedByGoawayAndEndsAfterItsStreams() throws Exception {
		Sinks.Empty<Void> proceed = Sinks.empty();
		try (TestNettyServer server = start(true, true).handle("/wait",
				(request, response) -> proceed.asMono()
					.then(Mono.defer(() -> response.writeWith(TestNettyServer.buffer(response, "waited")))));
				SSLSocket socket = encrypt(new Socket(server.address().getAddress(), server.address().getPort()), "h2");
				Http2TestClient client = new Http2TestClient(socket)) {
			assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
			client.readStream(client.request("/hello"));
			int stream = client.request("/wait");
			server.handoff().announceEndAmidStreams();
			Frame goaway = client.read();
			assertThat(goaway.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(goaway.lastStream()).isEqualTo(Integer.MAX_VALUE);
			Frame last = client.read();
			assertThat(last.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(last.lastStream()).isEqualTo(stream);
			proceed.tryEmitEmpty();
			assertThat(client.readStream(stream)).extracting(Frame::text).contains("waited");
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::read);
			await().until(() -> server.handoff().census().total() == 0);
		}
	}

	private TestNettyServer start(boolean open, boolean negotiated) {
		return TestNettyServer.start(this.transport, open, (factory) -> encrypt(factory, keyStore(), negotiated));
	}

	static void encrypt(NettyReactiveWebServerFactory factory, String keyStore, boolean negotiated) {
		Ssl ssl = new Ssl();
		ssl.setKeyStore(keyStore);
		ssl.setKeyStorePassword("secret");
		factory.setSsl(ssl);
		Http2 http2 = new Http2();
		http2.setEnabled(negotiated);
		factory.setHttp2(http2);
	}

	static TestClient secure(Socket plain) throws Exception {
		return new TestClient(encrypt(plain));
	}

	private static SSLSocket encrypt(Socket plain, String... protocols) throws Exception {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, List.of(new TrustAll()).toArray(TrustManager[]::new), null);
		SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", 0, true);
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setApplicationProtocols(protocols);
		socket.setSSLParameters(parameters);
		handshake(socket);
		return socket;
	}

	private static void handshake(SSLSocket socket) throws IOException {
		socket.setSoTimeout(20_000);
		socket.startHandshake();
	}

	private static String keyStore() {
		return folder.resolve("keystore.p12").toString();
	}

	private static final class TrustAll implements X509TrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
