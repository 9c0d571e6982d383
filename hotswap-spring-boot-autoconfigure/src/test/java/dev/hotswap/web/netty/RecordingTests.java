package dev.hotswap.web.netty;

import java.util.List;

import dev.hotswap.web.RecordedRequest;
import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that requests are recorded for a successor.
 */
@Timeout(60)
class RecordingTests {

	@ParameterizedTest
	@EnumSource
	void servedRequestsAreRecordedWithoutCredentials(TestTransport transport) throws Exception {
		try (TestNettyServer server = TestNettyServer.start(transport, true); TestClient client = server.connect()) {
			server.handle("/missing", (request, response) -> {
				response.setStatusCode(HttpStatus.NOT_FOUND);
				return response.setComplete();
			});
			client.send("GET /hello HTTP/1.1\r\nHost: shop\r\nAuthorization: secret\r\nCookie: a=secret\r\n"
					+ "X-Api-Key: secret\r\nAccept: text/plain\r\n\r\n");
			client.read();
			client.get("/hello?token=secret");
			client.get("/missing");
			client.send("POST /hello HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n");
			client.read();
			client.send("GET /hello HTTP/1.1\r\nHost: shop\r\nX-Hotswap-Warm-Up: x\r\n\r\n");
			client.read();
			List<RecordedRequest> sample = await().until(() -> server.connectors.recorder().sample(),
					(each) -> !each.isEmpty());
			assertThat(sample).hasSize(1);
			assertThat(sample.get(0).weight()).isOne();
			assertThat(sample.get(0).connector()).isEqualTo("server");
			assertThat(sample.get(0).method()).isEqualTo("GET");
			assertThat(sample.get(0).path()).isEqualTo("/hello");
			assertThat(sample.get(0).headers()).containsOnlyKeys("Host", "Accept").containsEntry("Host", "shop");
		}
	}

	@ParameterizedTest
	@EnumSource
	void largeResponsesAreNotRecordedWhetherTheyTellTheirLengthOrNot(TestTransport transport) throws Exception {
		byte[] part = new byte[300 * 1024];
		try (TestNettyServer server = TestNettyServer.start(transport, true); TestClient client = server.connect()) {
			for (int parts : new int[] { 4, 3 }) {
				String size = (parts == 4) ? "large" : "small";
				Flux<byte[]> body = Flux.just(part).repeat(parts - 1);
				server.handle("/chunked-" + size,
						(request, response) -> response.writeWith(body.map(response.bufferFactory()::wrap)));
				server.handle("/whole-" + size, (request, response) -> {
					response.getHeaders().setContentLength(parts * (long) part.length);
					return response.writeWith(body.map(response.bufferFactory()::wrap));
				});
				assertThat(client.get("/chunked-" + size).status()).isEqualTo(200);
				assertThat(client.get("/whole-" + size).status()).isEqualTo(200);
			}
			List<RecordedRequest> sample = await().until(() -> server.connectors.recorder().sample(),
					(each) -> each.size() >= 2);
			assertThat(sample).extracting(RecordedRequest::path)
				.containsExactlyInAnyOrder("/chunked-small", "/whole-small");
		}
	}

}
