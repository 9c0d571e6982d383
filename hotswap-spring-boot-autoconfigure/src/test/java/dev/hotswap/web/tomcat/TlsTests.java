package dev.hotswap.web.tomcat;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
@Timeout(120)
class TlsTests {

	@TempDir
	static Path folder;

	@BeforeAll
	static void createKeyStore() throws Exception {
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-alias", "test", "-dname", "CN=localhost", "-storetype", "PKCS12",
				"-keystore", keyStore(), "-storepass", "secret")
			.inheritIO()
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(keytool.exitValue()).isZero();
	}

	@Test
	void gateAnnouncementAndSchemeAreThoseOfAnyConnector() throws Exception {
		try (TestServer server = start(false)) {
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

	@Test
	void idleAndFreshConnectionsEnd() throws Exception {
		try (TestServer server = start(true);
				Socket fresh = new Socket(server.address().getAddress(), server.address().getPort());
				TestClient idle = secure(new Socket(server.address().getAddress(), server.address().getPort()))) {
			assertThat(idle.get("/hello").status()).isEqualTo(200);
			await().until(() -> server.handoff().census().equals(new Census(1, 0, 1)));
			assertThat(server.handoff().endIdle()).isEqualTo(2);
			assertThat(idle.readToEnd()).isEmpty();
			assertThat(fresh.getInputStream().read()).isEqualTo(-1);
		}
	}

	@Test
	void connectionsDoNotMoveButCanBeBroughtIn() throws Exception {
		try (TestServer plain = TestServer.start(true);
				TestServer server = start(true);
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
		CountDownLatch proceed = new CountDownLatch(1);
		try (TestServer server = start(true, true).handle("/wait", (request, response) -> {
			proceed.await(20, TimeUnit.SECONDS);
			response.getWriter().print("waited");
		});
				SSLSocket socket = encrypt(new Socket(server.address().getAddress(), server.address().getPort()), "h2");
				Http2TestClient client = new Http2TestClient(socket)) {
			assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
			client.readStream(client.request("/hello"));
			int stream = client.request("/wait");
			server.handoff().announceEndAmidStreams();
			Frame goaway = client.read();
			assertThat(goaway.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(goaway.lastStream()).isEqualTo(Integer.MAX_VALUE);
			proceed.countDown();
			assertThat(client.readStream(stream)).extracting(Frame::text).contains("waited");
			await().until(() -> {
				// The stream's thread may not have left it yet
				server.handoff().endIdle();
				return server.handoff().census().total() == 0;
			});
			Frame last = client.read();
			assertThat(last.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(last.lastStream()).isEqualTo(stream);
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::read);
		}
	}

	private static TestServer start(boolean open) {
		return start(open, false);
	}

	private static TestServer start(boolean open, boolean negotiated) {
		return TestServer.start(open, (factory) -> {
			Http2 http2 = new Http2();
			http2.setEnabled(negotiated);
			factory.setHttp2(http2);
			Ssl ssl = new Ssl();
			ssl.setKeyStore(keyStore());
			ssl.setKeyStorePassword("secret");
			factory.setSsl(ssl);
		});
	}

	private static TestClient secure(Socket plain) throws Exception {
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
